import { defineConfig, mergeConfig } from "vitest/config";
import { base } from "../../vitest.base.js";

export default mergeConfig(
  base,
  defineConfig({
    // One attack at a time: each measures the event loop of its host.
    test: { globalSetup: ["./host-build.ts"], fileParallelism: false, testTimeout: 120_000, hookTimeout: 30_000 },
  }),
);
