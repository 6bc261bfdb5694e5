import { defineConfig, mergeConfig } from "vitest/config";
import { base } from "../../vitest.base.js";

export default mergeConfig(
  base,
  defineConfig({ test: { globalSetup: ["./test/demo-build.ts"], testTimeout: 30_000 } }),
);
