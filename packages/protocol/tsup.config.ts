import { defineConfig } from "tsup";
import { library } from "../../tsup.base.js";

export default defineConfig(
  library({
    index: "src/index.ts",
    node: "src/stdio-transport.ts",
    authority: "src/authority.ts",
    "plugin-contract": "src/plugin-contract.ts",
    outcomes: "src/outcomes.ts",
    tracing: "src/tracing.ts",
    opentelemetry: "src/opentelemetry.ts",
    tape: "src/tape.ts",
  }),
);
