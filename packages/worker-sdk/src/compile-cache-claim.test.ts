import { afterEach, expect, test, vi } from "vitest";
import { claimCompileCache } from "./compile-cache-claim.js";

afterEach(() => vi.unstubAllEnvs());

test("the host's folder is not for what a plugin starts, one of somebody else is", () => {
  vi.stubEnv("NODE_COMPILE_CACHE", "/app/node_modules/.cache/outrigger-compile-cache-1000");
  claimCompileCache();
  expect(process.env).not.toHaveProperty("NODE_COMPILE_CACHE");
  for (const folder of [
    "/var/cache/node",
    "/var/cache/outrigger-compile-cache-shared",
    "/a/.cache/outrigger-compile-cache-1/b",
  ]) {
    vi.stubEnv("NODE_COMPILE_CACHE", folder);
    claimCompileCache();
    expect(process.env.NODE_COMPILE_CACHE).toBe(folder);
  }
});
