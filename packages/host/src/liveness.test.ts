import { HANG_MARK } from "@outrigger/protocol";
import { describe, expect, it } from "vitest";
import { setup } from "../test/host-setup.js";
import { settled } from "./fake-clock.js";
import type { FakeWorkerOptions } from "./fake-launcher.js";
import type { SharedOptions } from "./host-options.js";
import type { Launcher, WorkerProcess } from "./launcher.js";

const never = () => new Promise<never>(() => {});

/** After `initialize`, `initialized` and the first. */
const SECOND_PING = 4;

/** A worker that can be made to stand still: it reads nothing. */
async function watched(options: SharedOptions = {}, behaviour: FakeWorkerOptions = {}) {
  const made = setup({ handlers: { slow: never }, ...behaviour }, {}, options);
  const told: Record<string, unknown>[] = [];
  made.host.on("unresponsive", (event) => told.push({ ...event, at: made.runtime.clock.now() }));
  made.host.on("recovered", (event) => told.push({ ...event, recovered: true }));
  const worker = await made.start();
  // The first ping is answered.
  await settled();
  const { latest } = made.launcher;
  const hang = (): void => void latest.stdin.pause();
  const moveOn = (): void => void latest.stdin.resume();
  return { ...made, worker, told, hang, moveOn, latest };
}

describe("a worker that stands still", () => {
  it("is unresponsive after the deadline, is killed at once and replaced", async () => {
    const { events, hang, launcher, latest, runtime, told, worker } = await watched();
    worker.request("slow", {}).catch(() => {});
    hang();
    await runtime.advance(15_000);
    expect(told).toEqual([]);
    await runtime.advance(1_000);
    expect(told).toMatchObject([
      {
        ...{ workerId: "w", incarnation: 1, hang: undefined, onHang: "restart", willRestart: true, silentMs: 11_000 },
        ...{ calls: [{ method: "slow", ageMs: 16_000 }], callsInFlight: 1, at: 16_000 },
      },
    ]);
    expect(latest.signals).toEqual(["SIGKILL"]);
    expect(events).toContain("crash unresponsive true");
    await runtime.advance(1_000);
    expect(events.at(-1)).toBe("restarted 2");
    expect(launcher.processes).toHaveLength(2);
    await expect(worker.request("echo", { text: "back" })).resolves.toBe("back");
  });

  it("is named as its guard thread reports it, in the event, the message and the diagnostics", async () => {
    const { hang, host, latest, runtime, told, worker } = await watched();
    const messages: string[] = [];
    host.on("crash", ({ message }) => messages.push(message));
    hang();
    const place = { functionName: "spin", file: "/app/plugin.ts", line: 12, column: 5 };
    latest.stderr.write(`${HANG_MARK}${JSON.stringify({ ...place, stalledMs: 1_000 }).slice(1)}\n`);
    await runtime.advance(15_050);
    expect(told).toMatchObject([{ at: 15_050, hang: place }]);
    expect(messages[0]).toContain("its main thread stood still in spin (/app/plugin.ts:12:5)");
    expect(worker.diagnostics().lastCrash?.details).toMatchObject({ reason: "unresponsive", hang: place });
  });

  it("is named by the report that comes while it is suspected", async () => {
    const { hang, latest, runtime, told } = await watched();
    hang();
    await runtime.advance(15_100);
    latest.stderr.write(`${HANG_MARK}"file":"/app/late.ts","stalledMs":9000}\n`);
    await runtime.advance(20);
    expect(told).toMatchObject([{ at: 15_110, hang: { file: "/app/late.ts" } }]);
  });

  it("is given its time when the report knows no place yet", async () => {
    const { hang, latest, runtime, told } = await watched();
    hang();
    latest.stderr.write(`${HANG_MARK}"note":"not in JavaScript","stalledMs":1000}\n`);
    await runtime.advance(20_000);
    expect(told).toMatchObject([{ at: 16_000, hang: { note: "not in JavaScript" } }]);
  });

  it("is not named by the report of a stall that has passed", async () => {
    const { hang, latest, runtime, told } = await watched();
    latest.stderr.write(`${HANG_MARK}"file":"/app/before.ts","stalledMs":1000}\n`);
    await runtime.advance(5_000);
    hang();
    await runtime.advance(20_000);
    expect(told).toMatchObject([{ hang: undefined }]);
  });

  it("while it is being stopped, is killed without more waiting", async () => {
    const { hang, latest, runtime, worker } = await watched({ timeouts: { drainMs: 60_000 } });
    hang();
    const stopped = worker.stop();
    await runtime.advance(16_000);
    await stopped;
    expect(latest.signals).toEqual(["SIGKILL"]);
  });

  it("is killed, and not restarted, when its restart policy says so", async () => {
    const { events, hang, runtime, told } = await watched({ restart: { rules: { unresponsive: "fail" } } });
    hang();
    await runtime.advance(16_000);
    expect(told).toMatchObject([{ onHang: "restart", willRestart: false }]);
    expect(events.at(-1)).toBe("failed not-retryable");
  });

  it("onHang report: is told once, and told again when it answers", async () => {
    const { hang, latest, moveOn, runtime, told, worker } = await watched({ liveness: { onHang: "report" } });
    hang();
    await runtime.advance(100_000);
    expect(told).toMatchObject([{ onHang: "report", willRestart: false, at: 16_000 }]);
    expect(worker.diagnostics().vitals).toMatchObject({ unresponsive: true });
    moveOn();
    await settled();
    expect(told).toHaveLength(2);
    expect(told[1]).toMatchObject({ workerId: "w", incarnation: 1, recovered: true });
    expect(worker.diagnostics()).toMatchObject({ status: "running", vitals: { unresponsive: false } });
    expect(latest.signals).toEqual([]);
  });

  it("does not recover by an answer that is read when it is gone", async () => {
    const { hang, latest, runtime, told } = await watched({ liveness: { onHang: "report" } });
    hang();
    await runtime.advance(20_000);
    latest.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id: SECOND_PING, result: {} })}\n`);
    latest.exit(1);
    await runtime.advance(1);
    expect(told).toHaveLength(1);
  });

  it("has one ping waiting, however long", async () => {
    const { hang, runtime, worker } = await watched({ liveness: { onHang: "report" } });
    const { sent } = worker.diagnostics().messages ?? {};
    hang();
    await runtime.advance(1_000_000);
    expect(worker.diagnostics().messages?.sent).toBe((sent ?? 0) + 1);
    expect(worker.diagnostics().load.pendingRequests).toBe(0);
  });
});

describe("a worker that is not hung", () => {
  it("answers pings, and costs one timer until it is stopped", async () => {
    const { runtime, told, worker } = await watched();
    await runtime.advance(1_000_000);
    expect(told).toEqual([]);
    expect(worker.diagnostics().vitals).toMatchObject({ unresponsive: false, roundTripMs: 0 });
    await worker.stop();
    expect(runtime.timers()).toEqual([]);
  });

  it("may answer a ping with an error", async () => {
    const { hang, latest, runtime, told } = await watched();
    hang();
    await runtime.advance(5_000);
    const error = { code: -32601, message: "no such method" };
    latest.stdout.write(`${JSON.stringify({ jsonrpc: "2.0", id: SECOND_PING, error })}\n`);
    await runtime.advance(16_000);
    expect(told).toMatchObject([{ silentMs: 11_000 }]);
  });

  it("is not pinged when it does not list the feature", async () => {
    const { hang, runtime, told } = await watched({}, { initialize: (_, good) => ({ ...good, features: [] }) });
    hang();
    await runtime.advance(1_000_000);
    expect(told).toEqual([]);
  });

  it("is not pinged, nor told of a limit, with liveness false", async () => {
    const offers: unknown[] = [];
    const behaviour: FakeWorkerOptions = {
      initialize(offer, good) {
        offers.push(offer.limits.unresponsiveAfterMs);
        return good;
      },
    };
    const off = await watched({ liveness: false }, behaviour);
    expect(off.worker.diagnostics().liveness).toBe(false);
    off.hang();
    await off.runtime.advance(1_000_000);
    expect(off.told).toEqual([]);
    await watched({ liveness: { unresponsiveAfterMs: 4_000 } }, behaviour);
    expect(offers).toEqual([undefined, 4_000]);
  });
});

describe("a worker whose launcher can open its inspector", () => {
  /** What the host offers and does, with a fake worker that agrees to everything. */
  async function inspectable(process: Partial<WorkerProcess>, options: SharedOptions = {}) {
    const features: (readonly string[])[] = [];
    const made = setup(
      {
        initialize(offer, good) {
          features.push(offer.features);
          return { ...good, features: offer.features };
        },
      },
      {},
      options,
    );
    const launch: Launcher["launch"] = async (spec) => ({ ...(await made.launcher.launch(spec)), ...process });
    const worker = await made.host.start("w", { launcher: { name: "mine", launch } });
    await settled();
    return { ...made, worker, features };
  }

  it("is looked into when it stands still, once", async () => {
    let opened = 0;
    const { features, launcher, runtime } = await inspectable({
      endsWithHost: true,
      openInspector: () => ++opened > 0,
    });
    expect(features[0]).toContain("inspect");
    launcher.latest.stdin.pause();
    await runtime.advance(5_999);
    expect(opened).toBe(0);
    await runtime.advance(8_000);
    expect(opened).toBe(1);
  });

  it("is unharmed by one that throws, which is logged", async () => {
    const openInspector = (): never => {
      throw new Error("no such process");
    };
    const { launcher, records, runtime, worker } = await inspectable({ endsWithHost: true, openInspector });
    launcher.latest.stdin.pause();
    await runtime.advance(7_000);
    launcher.latest.stdin.resume();
    await expect(worker.request("echo", { text: "well" })).resolves.toBe("well");
    const told = records.find(({ message }) => message.includes("could not open"));
    expect(told).toMatchObject({ level: "warn", err: expect.objectContaining({ message: "no such process" }) });
  });

  it.each<[string, Partial<WorkerProcess>, SharedOptions]>([
    ["does not end with the host", { openInspector: () => true }, {}],
    ["has no such launcher", { endsWithHost: true }, {}],
    ["is not watched", { endsWithHost: true, openInspector: () => true }, { liveness: false }],
  ])("is not, if it %s: its guard thread does it", async (_why, process, options) => {
    const { features } = await inspectable(process, options);
    expect(features[0]).not.toContain("inspect");
  });
});

describe("limits.rssMb", () => {
  const MIB = 1024 * 1024;

  it("past it the worker is killed at once, and replaced", async () => {
    let rssBytes = 90 * MIB;
    const usage = () => ({ rssBytes, cpuMs: 0 });
    const { events, latest, runtime, worker } = await watched({ limits: { rssMb: 100 } }, { usage });
    await runtime.advance(5_000);
    expect(worker.diagnostics().vitals?.usage).toMatchObject({ rssBytes, cpuPercent: 0 });
    rssBytes = 101 * MIB;
    await runtime.advance(1_000);
    expect(latest.signals).toEqual(["SIGKILL"]);
    expect(events).toContain("crash memory-limit true");
    expect(worker.diagnostics().lastCrash?.message).toContain("it used 101 MiB of memory, limits.rssMb is 100");
    await worker.stop();
    expect(runtime.timers()).toEqual([]);
  });

  it("counts during the start too", async () => {
    const usage = () => ({ rssBytes: 200 * MIB, cpuMs: 0 });
    const { runtime, start } = setup({ usage, setup: never }, {}, { limits: { rssMb: 100 } });
    const started = start();
    await runtime.advance(5_000);
    await expect(started).rejects.toMatchObject({ data: { reason: "memory-limit" } });
  });
});
