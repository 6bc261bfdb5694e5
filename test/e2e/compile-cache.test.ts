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
  statSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import * as nodeModule from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { createHost, type NodeLauncherOptions, type StartOptions } from "@outrigger/host";
import { pino } from "pino";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test, vi } from "vitest";
import { cached } from "./cached-contract.js";
import { fixture } from "./fixture.js";
import { next } from "./raw-host.js";

const built = fileURLToPath(fixture("cached-plugin"));
const isKnown = "enableCompileCache" in nodeModule;
/** Turned off by whoever runs the tests, it could not be tested. */
beforeAll(() => void vi.stubEnv("NODE_DISABLE_COMPILE_CACHE", undefined));

const elsewhere = realpathSync(mkdtempSync(join(tmpdir(), "outrigger-node-")));
const linkedNode = join(elsewhere, "node");
symlinkSync(process.execPath, linkedNode);
afterAll(() => {
  vi.unstubAllEnvs();
  rmSync(elsewhere, { recursive: true });
});

let app = "";
let entry = "";
beforeEach(() => {
  app = realpathSync(mkdtempSync(join(tmpdir(), "outrigger-compiled-")));
  entry = join(app, "plugin.mjs");
  mkdirSync(join(app, "node_modules"));
  copyFileSync(built, entry);
});
afterEach(() => rmSync(app, { recursive: true, force: true }));

const start = async (options: Partial<NodeLauncherOptions> & Pick<StartOptions, "env" | "compileCache"> = {}) => {
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
    const folder = first.worker.diagnostics().compileCache?.folder as string;
    expect(folder).toContain(join(app, "node_modules", ".cache", "outrigger-compile-cache-"));
    const { own, inherited } = await first.worker.request("folders", {});
    expect(own).toContain(folder);
    expect(inherited).toBeNull();
    expect(files(folder)).toEqual([]);
    await first.host.close();
    const kept = files(folder);
    expect(kept).toHaveLength(1);
    const [file] = kept as [string];
    const written = statSync(file).mtimeMs;

    const again = async (): Promise<void> => {
      const { host, worker } = await start();
      expect((await worker.request("folders", {})).own).toBe(own);
      await host.close();
    };
    await again();
    // What was read well is not written once more.
    expect(statSync(file).mtimeMs).toBe(written);

    // What is broken there is not run: Node knows its own by a checksum, and compiles anew.
    const { size } = statSync(file);
    for (const broken of ["garbage", readFileSync(file).subarray(0, 1000), readFileSync(file).fill(0, 500)]) {
      writeFileSync(file, broken);
      await again();
      expect(statSync(file).size).toBeGreaterThan(size / 2);
      expect(readFileSync(file).includes("garbage")).toBe(false);
    }
  });

  test("is cleared when a worker crashes, which it may have done of that", async () => {
    const first = await start();
    await first.host.close();
    const { host, worker } = await start();
    await using _ = host;
    const folder = worker.diagnostics().compileCache?.folder as string;
    expect(files(folder)).toHaveLength(1);
    const restarted = next(worker, "restarted");
    process.kill(worker.pid as number, "SIGSEGV");
    await restarted;
    expect(files(folder)).toEqual([]);
  });
});

describe.runIf(isKnown)("nothing is kept", () => {
  test.each<[string, Parameters<typeof start>[0]]>([
    ["it is turned off", { compileCache: false }],
    ["its environment has a folder", { env: { NODE_COMPILE_CACHE: "" } }],
    [
      "the entry is pinned",
      { integrity: `sha256-${createHash("sha256").update(readFileSync(built)).digest("base64")}` },
    ],
    ["it has permissions", { permissions: {} }],
    ["it has them by itself", { execArgv: ["--permission", "--allow-fs-read=*", "--allow-worker"] }],
    ["its options are in its environment", { env: { NODE_OPTIONS: "--permission --allow-fs-read=* --allow-worker" } }],
    ["it is another Node", { nodePath: linkedNode }],
  ])("when %s", async (_, options) => {
    const { host, worker } = await start(options);
    expect(worker.diagnostics().compileCache).toBeUndefined();
    await worker.request("folders", {});
    await host.close();
    expect(existsSync(join(app, "node_modules", ".cache"))).toBe(false);
  });
});
