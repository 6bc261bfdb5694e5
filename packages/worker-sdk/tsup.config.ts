import { readFile } from "node:fs/promises";
import { defineConfig, type Options } from "tsup";
import { library } from "../../tsup.base.js";

/** Of its package.json the SDK tells the host name and version; the rest is no plugin's concern. */
const nameAndVersion: NonNullable<Options["esbuildPlugins"]>[number] = {
  name: "name-and-version",
  setup(build) {
    build.onLoad({ filter: /[\\/]package\.json$/ }, async ({ path }) => {
      const { name, version } = JSON.parse(await readFile(path, "utf8"));
      return { contents: JSON.stringify({ name, version }), loader: "json" };
    });
  },
};

export default defineConfig({
  ...library({ index: "src/index.ts", testing: "src/testing.ts", opentelemetry: "src/opentelemetry.ts" }),
  esbuildPlugins: [nameAndVersion],
});
