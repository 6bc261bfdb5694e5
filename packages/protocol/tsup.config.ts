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
  esbuildPlugins: [
    {
      // Before tsup takes it for a package to be left alone.
      name: "zod-in-one-file",
      setup: (build) =>
        build.onResolve({ filter: /^zod$/ }, () => ({ path: "@outrigger/protocol/zod", external: true })),
    },
    together(entries, ["index", "node", "authority", "outcomes", "tracing"]),
  ],
  noExternal: ["zod"],
});
