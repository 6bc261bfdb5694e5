import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Plugin as RollupPlugin, rollup } from "rollup";
import { defineConfig } from "tsup";
import { type EsbuildPlugin, eagerly, library } from "../../tsup.base.js";
import eager from "./eager-functions.json" with { type: "json" };

const licence = await readFile(fileURLToPath(new URL("./LICENSE", import.meta.resolve("zod/package.json"))), "utf8");

const installed: RollupPlugin = {
  name: "installed",
  resolveId(id) {
    if (id.startsWith("@outrigger/") || id.startsWith("node:")) return { id, external: true };
    return /^zod(?:\/|$)/.test(id) ? fileURLToPath(import.meta.resolve(id)) : null;
  },
};

/** Half of zod is its sixty translations. */
const translationsOnDemand: RollupPlugin = {
  name: "translations-on-demand",
  async load(path) {
    if (!/[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/.test(path)) return null;
    const index = await readFile(path, "utf8");
    const names = [...index.matchAll(/^export \{ default as (\w+) \}/gm)].map(([, name]) => name);
    const others = names.filter((name) => name !== "en");
    if (others.length === 0) throw new Error(`${path} does not export its translations one by one any more`);
    return [
      'import { createRequire } from "node:module";',
      'const load = (name) => () => createRequire(import.meta.url)("zod/locales")[name]();',
      'export { default as en } from "./en.js";',
      ...others.map((name) => `export const ${name} = /* @__PURE__ */ load("${name}");`),
    ].join("\n");
  },
};

/** zod has both: modules that import each other, and comments where Rollup reads none. */
const KNOWN = ["CIRCULAR_DEPENDENCY", "INVALID_ANNOTATION"];

/** Rollup makes the objects of `import * as` at once, where esbuild defines a thousand getters: 3.5 ms of a worker's start. */
const joinedByRollup: EsbuildPlugin = {
  name: "joined-by-rollup",
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/](?:files|mini)\.js$/ }, async ({ path }) => {
      const joined = await rollup({
        input: path,
        plugins: [installed, translationsOnDemand],
        onwarn(warning) {
          if (!KNOWN.includes(warning.code ?? "")) throw new Error(warning.message);
        },
      });
      try {
        const { output } = await joined.generate({ format: "es" });
        return { contents: output[0].code };
      } finally {
        await joined.close();
      }
    });
  },
};

export default defineConfig({
  ...library({ zod: "zod/files.js", "zod-mini": "zod/mini.js" }),
  ...{ clean: false, dts: false, splitting: false, sourcemap: false },
  plugins: [eagerly(eager.zod)],
  external: [/^@outrigger\//],
  noExternal: ["zod"],
  banner: { js: `/*! zod\n${licence}*/` },
  esbuildPlugins: [joinedByRollup],
  // A worker parses all of it at its start, and starts 3 % later with comments and indents. The names stay.
  esbuildOptions(options) {
    options.minifyWhitespace = true;
    options.minifySyntax = true;
  },
});
