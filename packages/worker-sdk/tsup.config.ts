import { readFile } from "node:fs/promises";
import { defineConfig } from "tsup";
import { type EsbuildPlugin, eagerly, library, together } from "../../tsup.base.js";
import eager from "./eager-functions.json" with { type: "json" };

/** Of its package.json the SDK tells the host name and version; the rest is no plugin's concern. */
const nameAndVersion: EsbuildPlugin = {
  name: "name-and-version",
  setup(build) {
    build.onLoad({ filter: /[\\/]package\.json$/ }, async ({ path }) => {
      const { name, version } = JSON.parse(await readFile(path, "utf8"));
      return { contents: JSON.stringify({ name, version }), loader: "json" };
    });
  },
};

const entries = { index: "src/index.ts", testing: "src/testing.ts", opentelemetry: "src/opentelemetry.ts" };

export default defineConfig({
  ...library(entries),
  plugins: [eagerly(eager["worker-sdk"])],
  esbuildPlugins: [nameAndVersion, together(entries, ["index"])],
});
