import { createHash } from "node:crypto";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import * as nodeModule from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createHost, type NodeLauncherOptions } from "@outrigger/host";
import { pino } from "pino";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { cached } from "./cached-contract.js";
import { fixture } from "./fixture.js";
import { next } from "./raw-host.js";

const built = fileURLToPath(fixture("cached-plugin"));
const isKnown = "enableCompileCache" in nodeModule;
let app = "";
let entry = "";
beforeEach(() => {
  app = realpathSync(mkdtempSync(join(tmpdir(), "outrigger-compiled-")));
  entry = join(app, "plugin.mjs");
  mkdirSync(join(app, "node_modules"));
  copyFileSync(built, entry);
});
afterEach(() => rmSync(app, { recursive: true, force: true }));

const start = async (options: Partial<NodeLauncherOptions> & { env?: Record<string, string> } = {}) => {
  const host = createHost(cached, { logger: pino({ level: "silent" }), restart: { initialDelayMs: 1 } });
  return { host, worker: await host.start("cached", { entry, ...options }) };
};
const files = (folder: string): string[] =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((found) => found.isFile())
    .map((found) => join(found.parentPath, found.name));

describe.runIf(isKnown)("what a worker's Node compiled", () => {
  test("is kept for its next start, for it alone", async () => {
    const first = await start();
    const folder = first.worker.diagnostics().compileCache as string;
    expect(folder).toContain(join(app, "node_modules", ".cache", "outrigger-compile-cache-"));
    const { own, inherited } = await first.worker.request("folders", {});
    expect(own).toContain(folder);
    expect(inherited).toBeNull();
    expect(files(folder)).toEqual([]);
    await first.host.close();
    const kept = files(folder);
    expect(kept).toHaveLength(1);

    // What is broken there is not read: Node knows its own by a checksum.
    for (const file of kept) writeFileSync(file, "garbage");
    const second = await start();
    expect((await second.worker.request("folders", {})).own).toBe(own);
    await second.host.close();
    for (const file of kept) truncateSync(file, 100);
    const third = await start();
    expect((await third.worker.request("folders", {})).own).toBe(own);
    await third.host.close();
  });

  test("is cleared when a worker crashes, which it may have done of that", async () => {
    const first = await start();
    await first.host.close();
    const { host, worker } = await start();
    await using _ = host;
    const folder = worker.diagnostics().compileCache as string;
    expect(files(folder)).toHaveLength(1);
    const restarted = next(worker, "restarted");
    process.kill(worker.pid as number, "SIGSEGV");
    await restarted;
    expect(files(folder)).toEqual([]);
  });
});

test.each([
  ["its bound is 0", { compileCacheBytes: 0 }],
  ["its environment has a folder", { env: { NODE_COMPILE_CACHE: "" } }],
  ["the entry is pinned", { integrity: `sha256-${createHash("sha256").update(readFileSync(built)).digest("base64")}` }],
  ["it has permissions", { permissions: {} }],
])("nothing is kept when %s", async (_, options) => {
  const { host, worker } = await start(options);
  expect(worker.diagnostics().compileCache).toBeUndefined();
  await worker.request("folders", {});
  await host.close();
  expect(existsSync(join(app, "node_modules", ".cache"))).toBe(false);
});
