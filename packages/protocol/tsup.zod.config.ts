import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { defineConfig } from "tsup";
import { type EsbuildPlugin, library } from "../../tsup.base.js";

const licence = await readFile(fileURLToPath(new URL("./LICENSE", import.meta.resolve("zod/package.json"))), "utf8");

/** Half of zod is its sixty translations. */
const translationsOnDemand: EsbuildPlugin = {
  name: "translations-on-demand",
  setup(build) {
    build.onLoad({ filter: /[\\/]zod[\\/]v4[\\/]locales[\\/]index\.js$/ }, async ({ path }) => {
      const index = await readFile(path, "utf8");
      const names = [...index.matchAll(/^export \{ default as (\w+) \}/gm)].map(([, name]) => name);
      const others = names.filter((name) => name !== "en");
      return {
        contents: [
          'import { createRequire } from "node:module";',
          'const load = (name) => () => createRequire(import.meta.url)("zod/locales")[name]();',
          'export { default as en } from "./en.js";',
          ...others.map((name) => `export const ${name} = /* @__PURE__ */ load("${name}");`),
        ].join("\n"),
      };
    });
  },
};

export default defineConfig({
  ...library({ zod: "zod/files.js", "zod-mini": "zod/mini.js" }),
  ...{ clean: false, dts: false, splitting: false, sourcemap: false },
  external: [/^@outrigger\//],
  noExternal: ["zod"],
  banner: { js: `/*! zod\n${licence}*/` },
  esbuildPlugins: [translationsOnDemand],
  // A worker parses all of it at its start, and starts 3 % later with comments and indents. The names stay.
  esbuildOptions(options) {
    options.minifyWhitespace = true;
    options.minifySyntax = true;
  },
});
