import { defineConfig, mergeConfig } from "vitest/config";
import { base } from "../vitest.base.js";

// One worker process for each core: more would only wait for each other.
export default mergeConfig(base, defineConfig({ test: { maxConcurrency: 2 } }));
