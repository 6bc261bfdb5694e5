import { existsSync, mkdirSync, mkdtempSync, readdirSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test, vi } from "vitest";
import { clearOutgrown, planCompileCache, tendCompileCache } from "./compile-cache.js";
import type { ProcessExit, WorkerProcess } from "./launcher.js";

const MAX_BYTES = 100_000;
let app = "";
let cache = "";
beforeEach(() => {
  app = realpathSync(mkdtempSync(join(tmpdir(), "outrigger-cache-")));
  mkdirSync(join(app, "node_modules"));
  writeFileSync(join(app, "plugin.js"), "");
  cache = join(app, "cache");
  mkdirSync(join(cache, "v24"), { recursive: true });
  writeFileSync(join(cache, "v24", "a"), Buffer.alloc(40_000));
});
afterEach(() => {
  vi.unstubAllEnvs();
  rmSync(app, { recursive: true, force: true });
});

/** A worker that ended so. */
function ended(exit: ProcessExit): void {
  const worker = { onExit: (listener: (exit: ProcessExit) => void) => listener(exit) } as WorkerProcess;
  tendCompileCache(worker, cache, MAX_BYTES);
}
const plan = (env = {}): string | undefined => planCompileCache(join(app, "plugin.js"), env);

test.runIf("enableCompileCache" in nodeModule)("there is one unless somebody has other plans", () => {
  expect(plan({ PATH: "/bin" })).toContain(join(app, "node_modules", ".cache"));
  for (const name of ["NODE_COMPILE_CACHE", "NODE_DISABLE_COMPILE_CACHE", "NODE_V8_COVERAGE"]) {
    expect(plan({ [name]: "1" })).toBeUndefined();
  }
  vi.stubEnv("NODE_DISABLE_COMPILE_CACHE", "1");
  expect(plan()).toBeUndefined();
});

test.each(["SIGABRT", "SIGBUS", "SIGILL", "SIGSEGV", "SIGTRAP"] as const)(
  "what a worker read that ended by %s is not read again",
  (signal) => {
    ended({ code: null, signal });
    expect(existsSync(cache)).toBe(false);
  },
);

test("what has outgrown its bound is cleared, and what has not is kept", async () => {
  await clearOutgrown(cache, MAX_BYTES);
  expect(readdirSync(cache, { recursive: true })).toEqual(["v24", join("v24", "a")]);
  writeFileSync(join(cache, "v24", "b"), Buffer.alloc(MAX_BYTES - 40_000));
  await clearOutgrown(cache, MAX_BYTES);
  expect(existsSync(cache)).toBe(false);
  await clearOutgrown(cache, MAX_BYTES);
});

test("one in 64 workers that end has it measured", async () => {
  writeFileSync(join(cache, "v24", "b"), Buffer.alloc(MAX_BYTES));
  for (let i = 0; i < 64; i++) ended({ code: 0, signal: i % 2 === 0 ? null : "SIGKILL" });
  await vi.waitFor(() => expect(existsSync(cache)).toBe(false));
});
