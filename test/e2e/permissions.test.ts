import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createHost, type NodePermissions, type Worker } from "@outrigger/host";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { confined } from "./confined-contract.js";
import { fixture } from "./fixture.js";

const [major = 0] = process.versions.node.split(".").map(Number);
const hasNet = process.allowedNodeEnvironmentFlags.has("--allow-net");
const folder = realpathSync(mkdtempSync(join(tmpdir(), "outrigger-permissions-")));
const secret = join(folder, "secret.txt");
const server = createServer((socket) => socket.on("error", () => {}));

beforeAll(async () => {
  writeFileSync(secret, "secret");
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
});
afterAll(() => {
  server.close();
  rmSync(folder, { recursive: true, force: true });
});

async function confinedWorker(permissions: NodePermissions) {
  const lines: Record<string, unknown>[] = [];
  const logger = pino({ level: "info" }, { write: (line: string) => void lines.push(JSON.parse(line)) });
  const host = createHost(confined, { logger, restart: { type: "temporary" } });
  const worker = await host.start("confined", { entry: fixture("confined-plugin"), permissions });
  return { host, worker, lines };
}

async function outcomes(worker: Worker<typeof confined>) {
  const { port } = server.address() as { port: number };
  return {
    read: (await worker.request("read", { path: secret })).outcome,
    write: (await worker.request("write", { path: join(folder, "out.txt") })).outcome,
    spawn: (await worker.request("spawn", {})).outcome,
    thread: (await worker.request("thread", {})).outcome,
    connect: (await worker.request("connect", { port })).outcome,
  };
}

describe("permissions", () => {
  test("what is not named is denied by Node, and what Node cannot deny is reported as not enforced", async () => {
    const { host, worker, lines } = await confinedWorker({});
    await using _ = host;
    const denied = "ERR_ACCESS_DENIED";
    expect(await outcomes(worker)).toEqual({
      ...{ read: denied, write: denied, spawn: denied, thread: denied },
      connect: hasNet ? denied : "allowed",
    });
    const report = {
      enforced: ["read", "write", "childProcess", "workers", ...(hasNet ? ["net"] : []), "addons"],
      notEnforced: hasNet ? [] : ["net"],
      waysAround: [],
    };
    expect(worker.diagnostics().permissions).toEqual(report);
    expect(lines.find(({ msg }) => msg === "ready")).toMatchObject({ permissions: report });
    expect(major < 25).toBe(!hasNet);
  });

  test("what is named is allowed", async () => {
    const all = { childProcess: true, workers: true, net: true };
    const { host, worker } = await confinedWorker({ read: [folder], write: [folder], ...all });
    await using _ = host;
    const allowed = "allowed";
    expect(await outcomes(worker)).toEqual({
      ...{ read: allowed, write: allowed, spawn: allowed, thread: allowed, connect: allowed },
    });
    expect(readFileSync(join(folder, "out.txt"), "utf8")).toBe("written");
    expect(worker.diagnostics().permissions).toMatchObject({
      ...{ notEnforced: [], waysAround: ["childProcess", "workers"] },
    });
  });

  test("what is called a way around is one: a thread with options of its own reads what is denied", async () => {
    const { host, worker } = await confinedWorker({ workers: true });
    await using _ = host;
    await expect(worker.request("read", { path: secret })).resolves.toEqual({ outcome: "ERR_ACCESS_DENIED" });
    await expect(worker.request("sneak", { path: secret })).resolves.toEqual({ outcome: "allowed" });
    expect(worker.diagnostics().permissions?.waysAround).toEqual(["workers"]);
  });

  test("a worker without permissions is not told to have any", async () => {
    await using host = createHost(confined, { logger: pino({ level: "silent" }) });
    const worker = await host.start("free", { entry: fixture("confined-plugin") });
    expect(await outcomes(worker)).toMatchObject({ read: "allowed", spawn: "allowed" });
    expect(worker.diagnostics().permissions).toBeUndefined();
  });

  test("with threads the guard tells of a hang, and that its place may not be looked at; nothing aborts", async () => {
    const { host, worker, lines } = await confinedWorker({ workers: true });
    await using _ = host;
    await worker.request("hang", { ms: 2_500 });
    expect(JSON.stringify(lines)).toContain("Node's permission model forbids the inspector");
    expect(worker.diagnostics()).toMatchObject({ status: "running", totalCrashes: 0 });
  });

  test("without threads the worker goes without the guard, says so, and serves", async () => {
    const { host, worker, lines } = await confinedWorker({});
    await using _ = host;
    await worker.request("hang", { ms: 10 });
    expect(JSON.stringify(lines)).toContain("no guard thread");
  });
});
