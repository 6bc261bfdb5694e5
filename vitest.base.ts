import { defineConfig, type ViteUserConfig } from "vitest/config";

// Workspace packages resolve to their sources, so no test waits for a build. Other packages as Node resolves them:
// what the condition "module" leads to is for bundlers, and may not load.
const conditions = ["outrigger-source", "node"];

export const base: ViteUserConfig = defineConfig({
  resolve: { conditions },
  ssr: { resolve: { conditions, externalConditions: conditions } },
  test: {
    include: ["**/*.test.ts"],
    exclude: ["**/node_modules/**", "**/dist/**"],
    reporters: ["default", ["json", { outputFile: "reports/vitest.json" }]],
    passWithNoTests: true,
    typecheck: {
      enabled: true,
      include: ["**/*.test-d.ts"],
      tsconfig: "tsconfig.json",
      // `typecheck` reports these; here they would hide which type test failed.
      ignoreSourceErrors: true,
    },
  },
});
