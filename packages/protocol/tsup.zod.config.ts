import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Plugin as RollupPlugin, rollup } from "rollup";
import { defineConfig } from "tsup";
import { eagerly } from "../../eager-functions.js";
import eager from "../../eager-functions.json" with { type: "json" };
import { type EsbuildPlugin, library } from "../../tsup.base.js";

const licence = await readFile(fileURLToPath(new URL("./LICENSE", import.meta.resolve("zod/package.json"))), "utf8");

/** Half of zod is its sixty translations. */
const zodsFiles: RollupPlugin = {
  name: "zods-files",
  resolveId(id) {
    if (id.startsWith("@outrigger/") || id.startsWith("node:")) return { id, external: true };
    return id.startsWith("zod") ? fileURLToPath(import.meta.resolve(id)) : null;
  },
  async load(path) {
    if (!/[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/.test(path)) return null;
    const index = await readFile(path, "utf8");
    const names = [...index.matchAll(/^export \{ default as (\w+) \}/gm)].map(([, name]) => name);
    const others = names.filter((name) => name !== "en");
    return [
      'import { createRequire } from "node:module";',
      'const load = (name) => () => createRequire(import.meta.url)("zod/locales")[name]();',
      'export { default as en } from "./en.js";',
      ...others.map((name) => `export const ${name} = /* @__PURE__ */ load("${name}");`),
    ].join("\n");
  },
};

/** Rollup makes the objects of `import * as` at once, where esbuild defines a thousand getters: 3.5 ms of a worker's start. */
const joinedByRollup: EsbuildPlugin = {
  name: "joined-by-rollup",
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/](?:files|mini)\.js$/ }, async ({ path }) => {
      const joined = await rollup({ input: path, plugins: [zodsFiles], logLevel: "silent" });
      const { output } = await joined.generate({ format: "es", externalLiveBindings: false, freeze: false });
      await joined.close();
      return { contents: output[0].code };
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
