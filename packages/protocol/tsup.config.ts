import { defineConfig } from "tsup";
import { library, together } from "../../tsup.base.js";

const entries = {
  index: "src/index.ts",
  node: "src/stdio-transport.ts",
  authority: "src/authority.ts",
  "plugin-contract": "src/plugin-contract.ts",
  outcomes: "src/outcomes.ts",
  tape: "src/tape.ts",
  tracing: "src/tracing.ts",
  opentelemetry: "src/opentelemetry.ts",
};

export default defineConfig({
  ...library(entries),
  esbuildPlugins: [together(entries, ["index", "node", "authority", "outcomes", "tracing"])],
});
