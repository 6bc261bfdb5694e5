import { defineConfig } from "tsup";
import { eagerly, library, together } from "../../tsup.base.js";
import eager from "./eager-functions.json" with { type: "json" };

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
  plugins: [eagerly(eager.protocol)],
  esbuildPlugins: [together(entries, ["index", "node", "authority", "outcomes", "tracing"])],
  // The one file that Node loads, and what a bundler makes of it.
  external: ["@outrigger/protocol/zod-mini"],
});
