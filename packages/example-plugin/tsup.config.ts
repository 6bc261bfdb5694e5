import { defineConfig } from "tsup";
import { library } from "../../tsup.base.js";

export default defineConfig([
  { ...library({ demo: "src/demo.ts" }), dts: false },
  // The plugin ships as one self-contained file that runs without node_modules.
  { ...library({ plugin: "src/plugin.ts" }), dts: false, splitting: false, noExternal: [/.*/], clean: false },
]);
