import { mkdirSync, readdirSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import * as nodeModule from "node:module";
import { basename, join } from "node:path";
import { PassThrough } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { inFreshFolder } from "../test/fresh-folder.js";
import { clearOutgrown, planCompileCache, tendCompileCache } from "./compile-cache.js";
import type { ProcessExit } from "./launcher.js";

const MAX_BYTES = 100_000;
let app = "";
let cache = "";
inFreshFolder((folder) => {
  app = folder;
  mkdirSync(join(app, "node_modules"));
  writeFileSync(join(app, "plugin.js"), "");
  cache = join(app, "cache");
  mkdirSync(join(cache, "v24"), { recursive: true });
  writeFileSync(join(cache, "v24", "a"), Buffer.alloc(40_000));
});
afterEach(() => void vi.unstubAllEnvs());

/** A worker that wrote so much, and will end. */
function worker(bytesRead = 1): { readonly end: (exit: Partial<ProcessExit>) => void } {
  const told: ((exit: ProcessExit) => void)[] = [];
  const stdout = Object.assign(new PassThrough(), { bytesRead });
  tendCompileCache({ stdout, onExit: (listener) => void told.push(listener) }, cache, MAX_BYTES);
  return {
    end(exit) {
      for (const listener of told) listener({ code: null, signal: null, ...exit });
    },
  };
}
const plan = (env = {}, options: string[] = []): string | undefined =>
  planCompileCache(join(app, "plugin.js"), env, options);
const files = (): string[] => readdirSync(cache, { recursive: true, encoding: "utf8" }).sort();
const fill = (name: string, bytes: number): void => writeFileSync(join(cache, "v24", name), Buffer.alloc(bytes));

test.runIf("enableCompileCache" in nodeModule)("there is one unless somebody has other plans", () => {
  vi.stubEnv("NODE_DISABLE_COMPILE_CACHE", undefined);
  expect(plan({ PATH: "/bin" }, ["--no-warnings"])).toContain(join(app, "node_modules", ".cache"));
  for (const name of ["NODE_COMPILE_CACHE", "NODE_DISABLE_COMPILE_CACHE", "NODE_V8_COVERAGE"]) {
    expect(plan({ [name]: "1" })).toBeUndefined();
  }
  for (const option of ["--permission", "--experimental_permission"]) expect(plan({}, [option])).toBeUndefined();
  vi.stubEnv("NODE_DISABLE_COMPILE_CACHE", "1");
  expect(plan()).toBeUndefined();
});

test.each(["SIGBUS", "SIGILL", "SIGSEGV", "SIGTRAP"] as const)(
  "what a worker read that ended by %s is not read again",
  (signal) => {
    const { end } = worker();
    expect(files()).toHaveLength(2);
    end({ signal });
    expect(files()).toEqual([]);
  },
);

test("nor what one read that ended without a word, such as one that hung in it", () => {
  worker(0).end({ signal: "SIGKILL" });
  expect(files()).toEqual([]);
});

test("a worker that ran out of memory, or was killed, read nothing wrong", async () => {
  for (const signal of ["SIGABRT", "SIGKILL"] as const) worker().end({ signal });
  await clearOutgrown(join(app, "node_modules"), MAX_BYTES);
  expect(files()).toEqual(["v24", join("v24", "a")]);
});

test("what has outgrown its bound is cleared, and what has not is kept", async () => {
  await clearOutgrown(cache, MAX_BYTES);
  expect(files()).toHaveLength(2);
  // The folder counts as a block.
  fill("b", MAX_BYTES - 40_000 - 4_096);
  await clearOutgrown(cache, MAX_BYTES);
  expect(files()).toHaveLength(3);
  fill("b", MAX_BYTES - 40_000 - 4_095);
  await clearOutgrown(cache, MAX_BYTES);
  expect(files()).toEqual([]);
});

test("small files count as a block each, links as themselves, wherever they lead", async () => {
  rmSync(join(cache, "v24"), { recursive: true });
  writeFileSync(join(app, "large"), Buffer.alloc(MAX_BYTES));
  for (const target of [join(app, "large"), ".", "nowhere"]) symlinkSync(target, join(cache, `to ${basename(target)}`));
  for (let i = 4; i <= Math.floor(MAX_BYTES / 4096); i++) writeFileSync(join(cache, `${i}`), "");
  await clearOutgrown(cache, MAX_BYTES);
  expect(files()).not.toEqual([]);
  writeFileSync(join(cache, "more"), "");
  await clearOutgrown(cache, MAX_BYTES);
  expect(files()).toEqual([]);
});

test("a tree too deep to be measured is cleared", async () => {
  const before = process.cwd();
  process.chdir(cache);
  for (let i = 0; i < 40; i++) {
    mkdirSync("d".repeat(200));
    process.chdir("d".repeat(200));
  }
  process.chdir(before);
  await clearOutgrown(cache, 1e9);
  expect(files()).toEqual([]);
  await vi.waitFor(() => expect(readdirSync(app).sort()).toEqual(["cache", "node_modules", "plugin.js"]));
});

test("the first of 32 starts has it measured", async () => {
  fill("b", MAX_BYTES);
  worker();
  await vi.waitFor(() => expect(files()).toEqual([]));
  for (let start = 2; start <= 32; start++) worker().end({ code: 0 });
  mkdirSync(join(cache, "v24"));
  fill("b", MAX_BYTES);
  await clearOutgrown(app, 1e9);
  expect(files()).toHaveLength(2);
  worker();
  await vi.waitFor(() => expect(files()).toEqual([]));
});

test("nothing comes of a folder that is gone", async () => {
  rmSync(cache, { recursive: true });
  worker().end({ signal: "SIGSEGV" });
  await expect(clearOutgrown(cache, 1)).resolves.toBeUndefined();
});
