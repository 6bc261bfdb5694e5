import { randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { createHost, type HostOptions, type HostRuntime, type StartOptions } from "@outrigger/host";
import { ErrorCode } from "@outrigger/protocol";
import { describe, expect, test } from "vitest";
import { fixture } from "./fixture.js";
import { isAlive, next, raw, rawHost } from "./raw-host.js";
import { recordedLog } from "./recorded-log.js";
import { stuckContract } from "./stuck-contract.js";

const UNRESPONSIVE_AFTER_MS = 1_000;
/** Where a place must be named: the thread that names it starts only then, on a machine that may be busy. */
const NAMED_AFTER_MS = 2_000;
const tolerance = Number(process.env.OUTRIGGER_TOLERANCE ?? 1);
const liveness = { unresponsiveAfterMs: UNRESPONSIVE_AFTER_MS };
const plugin: StartOptions<typeof stuckContract> = { entry: fixture("stuck-plugin") };

const source = new URL("./fixtures/stuck-plugin.ts", import.meta.url);
const lineOf = (text: string): number =>
  readFileSync(source, "utf8")
    .split("\n")
    .findIndex((line) => line.includes(text)) + 1;

function stuckHost(options: Partial<HostOptions<typeof stuckContract>> = {}) {
  const { logger, records } = recordedLog();
  const host = createHost(stuckContract, { logger, liveness, restart: { initialDelayMs: 1 }, ...options });
  return { host, records };
}

describe.each([
  ["spin", "spin", "for (;;);"],
  ["backtrack", "backtrack", "/^(a+)+$/"],
] as const)("a worker that hangs in %s", (method, functionName, text) => {
  const file = source.pathname;
  const line = lineOf(text);

  test("is found in time, named by function, file and line of its source, killed and replaced", async () => {
    const { host } = stuckHost({ liveness: { unresponsiveAfterMs: NAMED_AFTER_MS } });
    await using _ = host;
    const worker = await host.start("w", plugin);
    const pid = worker.pid as number;
    const [unresponsive, crash, restarted] = [next(host, "unresponsive"), next(host, "crash"), next(host, "restarted")];
    const startedAt = performance.now();
    const call = worker.request(method, {});
    call.catch(() => {});
    const told = await unresponsive;
    expect(performance.now() - startedAt).toBeLessThan(2 * NAMED_AFTER_MS * tolerance);
    expect(told).toMatchObject({
      workerId: "w",
      incarnation: 1,
      hang: { functionName, file, line },
      calls: [{ method, ageMs: expect.any(Number) }],
      callsInFlight: 1,
      onHang: "restart",
      willRestart: true,
    });
    expect(told.hang?.stack[0]).toMatchObject({ functionName, file, line });
    expect(told.silentMs).toBeGreaterThanOrEqual(NAMED_AFTER_MS);
    if (process.platform === "linux") {
      expect(told.usage?.rssBytes).toBeGreaterThan(10 << 20);
      expect(told.usage?.cpuPercent).toBeGreaterThan(20);
    }
    const crashed = await crash;
    const place = `${functionName} (${file}:${line}:`;
    expect(crashed).toMatchObject({ reason: "unresponsive", willRestart: true, signal: "SIGKILL" });
    expect(crashed.details).toMatchObject({ hang: { functionName, file, line } });
    expect(crashed.message).toContain(`its main thread stood still in ${place}`);
    expect(isAlive(pid)).toBe(false);
    await expect(call).rejects.toMatchObject({
      code: ErrorCode.WORKER_UNAVAILABLE,
      message: expect.stringContaining(place),
      data: { mayHaveRun: true, reason: "unresponsive" },
    });
    await restarted;
    await expect(worker.request("echo", { value: "back" })).resolves.toBe("back");
    expect(worker.diagnostics().lastCrash).toMatchObject({ reason: "unresponsive", details: { hang: { line } } });
  });
});

test.each([
  ["looked into from outside", {}],
  ["looked into from outside, which refuses a guard thread", { STUCK_GUARD: "none" }],
  ["with a guard thread of its own", { STUCK_GUARD: "thread" }],
])("what is said of the hang of a worker %s is no text of the plugin", async (_how, env) => {
  const { host, records } = stuckHost({ liveness: { unresponsiveAfterMs: NAMED_AFTER_MS } });
  await using _ = host;
  const worker = await host.start("w", { ...plugin, env });
  const crash = next(worker, "crash");
  worker.request("spin", {}).catch(() => {});
  expect((await crash).message).not.toContain('{"outrigger"');
  expect(records.filter(({ source }) => source === "stderr")).toEqual([]);
  expect(records).toContainEqual(
    expect.objectContaining({ source: "host", hang: expect.objectContaining({ functionName: "spin" }) }),
  );
});

test("a worker that hangs in its setup fails to start, and the place is named", async () => {
  const { host } = stuckHost({ timeouts: { initializeMs: 3_000, terminateMs: 100 } });
  await using _ = host;
  await expect(host.start("w", { ...plugin, config: { hangsInSetup: true } })).rejects.toMatchObject({
    data: { reason: "initialize-timeout" },
    message: expect.stringContaining(`its main thread stood still in spin (${source.pathname}:${lineOf("for (;;)")}:`),
  });
});

test("a stall that ends is told of with its place; the next one is, too", async () => {
  const { host, records } = stuckHost({ liveness: { unresponsiveAfterMs: 60_000, pingMs: 100 } });
  await using _ = host;
  const worker = await host.start("w", plugin);
  const place = `block (${source.pathname}:${lineOf("Atomics.wait")}:`;
  for (const _round of [1, 2]) {
    records.length = 0;
    await expect(worker.request("block", { ms: 4_000 })).resolves.toBe("moved on");
    expect(records.filter(({ msg }) => String(msg).includes(place))).not.toEqual([]);
    expect(records.filter(({ source }) => source === "stderr")).toEqual([]);
  }
});

test.skipIf(process.platform === "win32")("a stall outside JavaScript is told of as such", async () => {
  const { host, records } = stuckHost({ liveness: { unresponsiveAfterMs: 60_000, pingMs: 100 } });
  await using _ = host;
  const worker = await host.start("w", plugin);
  await expect(worker.request("waitForChild", { ms: 4_000 })).resolves.toBe("moved on");
  expect(records.map(({ msg }) => msg)).toContainEqual(expect.stringContaining("not in JavaScript"));
});

test.runIf(process.platform === "linux")("a worker that somebody debugs is left alone", async () => {
  const { host, records } = stuckHost({ liveness: { unresponsiveAfterMs: 60_000, pingMs: 100 } });
  await using _ = host;
  const worker = await host.start("w", plugin);
  process.kill(worker.pid as number, "SIGUSR1");
  const said = (text: string) => records.filter(({ msg }) => String(msg).includes(text));
  await expect.poll(() => said("Debugger listening on ws://127.0.0.1:"), { timeout: 10_000 }).toHaveLength(1);
  expect(said("somebody has opened its inspector")).toHaveLength(1);
  await expect(worker.request("block", { ms: 4_000 })).resolves.toBe("moved on");
  expect(said("stood still")).toEqual([]);
});

test.skipIf(process.platform === "win32")(
  "a worker stopped by SIGSTOP is unresponsive, and its place unknown",
  async () => {
    const { host } = rawHost();
    await using _ = host;
    const worker = await host.start("w", { ...raw, liveness });
    const [unresponsive, crash, restarted] = [
      next(worker, "unresponsive"),
      next(worker, "crash"),
      next(worker, "restarted"),
    ];
    const stoppedAt = performance.now();
    process.kill(worker.pid as number, "SIGSTOP");
    expect(await unresponsive).toMatchObject({ hang: undefined, willRestart: true });
    expect(performance.now() - stoppedAt).toBeLessThan(2 * UNRESPONSIVE_AFTER_MS * tolerance);
    expect(await crash).toMatchObject({ reason: "unresponsive", signal: "SIGKILL" });
    await restarted;
    await expect(worker.request("echo", { value: 1 })).resolves.toBe(1);
  },
);

test("onHang report: told, left alive, and told again when it answers", async () => {
  const { host } = stuckHost({ liveness: { ...liveness, onHang: "report" } });
  await using _ = host;
  const worker = await host.start("w", plugin);
  const { pid } = worker;
  const [unresponsive, recovered] = [next(worker, "unresponsive"), next(worker, "recovered")];
  const call = worker.request("block", { ms: 3_000 });
  expect(await unresponsive).toMatchObject({ onHang: "report", willRestart: false });
  expect(worker.diagnostics()).toMatchObject({ status: "running", vitals: { unresponsive: true } });
  expect(await recovered).toEqual({ workerId: "w", incarnation: 1 });
  await expect(call).resolves.toBe("moved on");
  expect(worker.diagnostics()).toMatchObject({
    status: "running",
    pid,
    totalCrashes: 0,
    vitals: { unresponsive: false },
  });
});

test("liveness false: a hang is nobody's business but its own guard thread's", async () => {
  const { host, records } = stuckHost();
  await using _ = host;
  const told: string[] = [];
  host.on("unresponsive", ({ workerId }) => told.push(workerId));
  const worker = await host.start("w", { ...plugin, liveness: false });
  await expect(worker.request("block", { ms: 2.5 * UNRESPONSIVE_AFTER_MS })).resolves.toBe("moved on");
  expect(told).toEqual([]);
  const named = expect.stringContaining(`block (${source.pathname}:${lineOf("Atomics.wait")}:`);
  await expect.poll(() => records.map(({ msg }) => msg), { timeout: 10_000 }).toContainEqual(named);
});

test("a worker busy with a slow call, whose main thread is free, is never taken for hung", async () => {
  const { host } = stuckHost();
  await using _ = host;
  const told: unknown[] = [];
  host.on("unresponsive", (event) => told.push(event));
  const worker = await host.start("w", plugin);
  await expect(worker.request("sleep", { ms: 3 * UNRESPONSIVE_AFTER_MS })).resolves.toBe("awake");
  expect(told).toEqual([]);
  expect(worker.diagnostics().vitals?.roundTripMs).toBeLessThan(UNRESPONSIVE_AFTER_MS);
});

test("a host that stands still longer than the limit does not hold it against its worker", async () => {
  let stalls = 0;
  // With the ping on its way, which is the worst moment: the answer is there and cannot be read.
  const stall = (): void => {
    stalls++;
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1_000 + 17 * stalls);
  };
  const runtime: HostRuntime = {
    clock: {
      now: () => performance.now(),
      setTimer(callback, ms, inBackground) {
        const timer = setTimeout(() => {
          callback();
          if (inBackground && stalls < 6) setImmediate(stall);
        }, ms);
        return () => clearTimeout(timer);
      },
    },
    wallClock: () => Date.now(),
    random: () => Math.random(),
    uniqueId: () => randomUUID(),
  };
  const { host } = stuckHost({ liveness: { unresponsiveAfterMs: 400, pingMs: 50 }, runtime });
  await using _ = host;
  const told: unknown[] = [];
  host.on("unresponsive", (event) => told.push(event));
  host.on("crash", (event) => told.push(event));
  const worker = await host.start("w", plugin);
  while (stalls < 6) await expect(worker.request("sleep", { ms: 100 })).resolves.toBe("awake");
  await expect(worker.request("sleep", { ms: 500 })).resolves.toBe("awake");
  expect(told).toEqual([]);
});

test.skipIf(process.platform === "win32")(
  "a worker whose Buffers pass limits.rssMb is killed and replaced",
  async () => {
    const { host } = stuckHost();
    await using _ = host;
    const worker = await host.start("w", { ...plugin, limits: { rssMb: 250 } });
    const [crash, restarted] = [next(worker, "crash"), next(worker, "restarted")];
    worker.request("leak", {}).catch(() => {});
    const crashed = await crash;
    expect(crashed).toMatchObject({
      reason: "memory-limit",
      details: { limitMb: 250 },
      signal: "SIGKILL",
      willRestart: true,
      message: expect.stringMatching(/it used \d+ MiB of memory, limits\.rssMb is 250/),
    });
    await restarted;
    await expect(worker.request("echo", { value: "back" })).resolves.toBe("back");
  },
);

test.runIf(process.platform === "linux")(
  "diagnostics tell memory and processor time, and when they were measured",
  async () => {
    const { host } = stuckHost();
    await using _ = host;
    const worker = await host.start("w", plugin);
    const usage = () => worker.diagnostics().vitals?.usage;
    await expect.poll(() => usage()?.rssBytes).toBeGreaterThan(10 << 20);
    expect(Math.abs(Date.now() - (usage()?.at ?? 0))).toBeLessThan(10_000);
  },
);

test("a forged report hurts nobody, and cannot disturb the log", async () => {
  const { host, records } = stuckHost();
  await using _ = host;
  const [worker, other] = await Promise.all([host.start("w", plugin), host.start("other", plugin)]);
  const forged = { outrigger: "hang", stalledMs: 1, file: "\u001b[31m\nfake" };
  await worker.request("forge", { line: `said before ${JSON.stringify(forged)}\n` });
  await worker.request("forge", { line: '{"outrigger":"hang",but not so\n' });
  await expect(other.request("echo", { value: "x" })).resolves.toBe("x");
  await expect
    .poll(() => records.filter(({ source }) => source === "stderr").map(({ msg }) => msg))
    .toEqual(['said before {"outrigger":"hang",but not so']);
  const told = records.find(({ hang }) => hang !== undefined);
  expect(told?.msg).toContain("\u{fffd}[31m\u{fffd}fake");
  expect(worker.diagnostics().vitals?.lastHang?.file).toBe("\u{fffd}[31m\u{fffd}fake");
});
