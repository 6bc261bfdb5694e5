import { type CancelIgnoredEvent, type CrashEvent, createHost, type HostOptions, type Worker } from "@outrigger/host";
import { ErrorCode, isRpcError } from "@outrigger/protocol";
import { pino } from "pino";
import { describe, expect, test } from "vitest";
import { delivery } from "./delivery-contract.js";
import { fixture } from "./fixture.js";

type DeliveryWorker = Worker<typeof delivery>;

/** What a call to the host did, as its handler saw it. */
interface Held {
  readonly aborted: Promise<void>;
}

function deliveryHost(options: Partial<HostOptions<typeof delivery>> = {}) {
  const waiting: (() => void)[] = [];
  const holding: ((held: Held) => void)[] = [];
  const host = createHost(delivery, {
    logger: pino({ level: "silent" }),
    restart: { initialDelayMs: 1, maxDelayMs: 1, jitter: 0, intensity: 100 },
    handlers: {
      "events.subscribe": () => ({ id: "all" }),
      "events.unsubscribe": () => {},
      handled: () => null,
      running() {
        for (const resolve of waiting.splice(0)) resolve();
        return null;
      },
      hold(_, { signal }) {
        const aborted = new Promise<void>((resolve) => signal.addEventListener("abort", () => resolve()));
        for (const resolve of holding.splice(0)) resolve({ aborted });
        return new Promise<never>(() => {});
      },
      left: (_, { deadline }) => (deadline ?? Number.NaN) - Date.now(),
    },
    ...options,
  });
  const start = () => host.start("w", { entry: fixture("delivery-plugin"), capabilities: ["events.subscribe"] });
  /** Resolves when the worker tells that a call runs; `then` is called before it is answered. */
  const running = (then = () => {}): Promise<void> =>
    new Promise((resolve) =>
      waiting.push(() => {
        then();
        resolve();
      }),
    );
  const held = (): Promise<Held> => new Promise((resolve) => holding.push(resolve));
  return { host, start, running, held };
}

const next = <K extends "cancel-ignored" | "crash" | "ready">(worker: DeliveryWorker, event: K) =>
  new Promise<K extends "crash" ? CrashEvent : CancelIgnoredEvent>((resolve) => {
    worker.once(event, (payload) => resolve(payload as never));
  });

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  for await (const item of items) all.push(item);
  return all;
}

describe("cancellation", () => {
  test("crosses the process boundary and back: what a cancelled call asked of the host is cancelled too", async () => {
    const { host, start, held } = deliveryHost();
    await using _ = host;
    const worker = await start();
    const controller = new AbortController();
    const isHeld = held();
    const call = worker.request("nest", {}, { signal: controller.signal });
    const { aborted } = await isHeld;
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: ErrorCode.CANCELLED, remote: false });
    await aborted;
    expect(await worker.request("nested", {})).toBe("CANCELLED");
    expect(worker.diagnostics()).toMatchObject({ messages: { lateReplies: 1, unknownReplies: 0 } });
    expect(worker.diagnostics().load.abandoned).toBe(0);
  });

  test("a worker that goes on with a call or a stream is reported, and goes on", async () => {
    const { host, start, running } = deliveryHost({ cancel: { graceMs: 100 }, timeouts: { drainMs: 500 } });
    await using _ = host;
    const worker = await start();
    for (const method of ["ignore", "ignore-stream"] as const) {
      const isRunning = running();
      const controller = new AbortController();
      const { signal } = controller;
      const ending =
        method === "ignore"
          ? worker.request("ignore", {}, { signal })
          : collect(worker.stream("ignore-stream", {}, { signal }));
      await isRunning;
      const ignored = next(worker, "cancel-ignored");
      controller.abort();
      await expect(ending).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
      expect(await ignored).toMatchObject({ method, isDrained: false, incarnation: 1 });
    }
    expect((await worker.request("look", { n: 1 })).n).toBe(1);
  });

  test("by policy it is drained and replaced, for a reason of its own", async () => {
    const { host, start, running } = deliveryHost({
      cancel: { graceMs: 100, onIgnored: "restart" },
      timeouts: { drainMs: 500 },
    });
    await using _ = host;
    const worker = await start();
    const first = worker.pid;
    const crash = next(worker, "crash");
    const isRunning = running();
    const controller = new AbortController();
    const call = worker.request("ignore", {}, { signal: controller.signal });
    call.catch(() => {});
    await isRunning;
    controller.abort();
    expect(await crash).toMatchObject({ reason: "cancel-ignored", details: { method: "ignore" }, willRestart: true });
    await next(worker, "ready");
    expect(worker.pid).not.toBe(first);
  });
});

test("a deadline travels: the handler knows it, and what it asks of the host gets what is left, never more", async () => {
  const { host, start } = deliveryHost();
  await using _ = host;
  const worker = await start();
  for (const [timeoutMs, most] of [
    [undefined, 7_000],
    [900, 900],
  ] as const) {
    const { here, there } = await worker.request("time", {}, { timeoutMs });
    expect(here).toBeLessThanOrEqual(most + 1);
    expect(there).toBeLessThanOrEqual(here + 1);
    expect(there).toBeGreaterThan(0);
  }
});

describe("calls that die with their worker", () => {
  test("those of idempotent methods are answered by the next process; others fail and say that they may have run", async () => {
    const { host, start, running } = deliveryHost();
    await using _ = host;
    const worker = await start();
    const first = worker.pid as number;
    const isRunning = running(() => process.kill(first, "SIGKILL"));
    const nested = worker.request("nest", {});
    const looks = Array.from({ length: 50 }, (__, n) => worker.request("look", { n }));
    const change = worker.request("change", { n: 1 });
    await isRunning;
    for (const call of [nested, change]) {
      await expect(call).rejects.toMatchObject({
        code: ErrorCode.WORKER_UNAVAILABLE,
        data: { mayHaveRun: true, reason: "signal" },
      });
    }
    const answers = await Promise.all(looks);
    expect(answers.map(({ n }) => n)).toEqual(looks.map((__, n) => n));
    expect(answers.some(({ pid }) => pid !== first)).toBe(true);
    expect(worker.diagnostics().resends.sent).toBeGreaterThan(0);
  });

  test("a call that was never sent says so", async () => {
    const { host, start } = deliveryHost({ restart: { initialDelayMs: 60_000 } });
    await using _ = host;
    const worker = await start();
    const crash = next(worker, "crash");
    process.kill(worker.pid as number, "SIGKILL");
    await crash;
    for (const method of ["look", "change"] as const) {
      await expect(worker.request(method, { n: 1 })).rejects.toMatchObject({
        code: ErrorCode.WORKER_UNAVAILABLE,
        data: { mayHaveRun: false },
      });
    }
  });

  test("under one kill after the other every call settles once, and none is lost", async () => {
    const { host, start } = deliveryHost();
    await using _ = host;
    const worker = await start();
    const outcomes = new Map<string, number>();
    const count = (outcome: string): void => void outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
    const calls: Promise<void>[] = [];
    for (let round = 0; round < 8; round++) {
      for (let n = 0; n < 40; n++) {
        calls.push(
          worker.request("look", { n }).then(
            (answer) => count(answer.n === n ? "answered" : "wrong"),
            (error: unknown) => {
              const { attempts } = (isRpcError(error) ? error.data : {}) as { attempts?: number };
              count(`failed after ${attempts ?? 1}`);
            },
          ),
        );
      }
      const ready = next(worker, "ready");
      process.kill(worker.pid as number, "SIGKILL");
      await ready;
    }
    await Promise.all(calls);
    expect([...outcomes.values()].reduce((sum, times) => sum + times, 0)).toBe(320);
    // A call dies with two processes only if the second is killed before it answers.
    for (const outcome of outcomes.keys()) expect(["answered", "failed after 2"]).toContain(outcome);
    expect(outcomes.get("answered")).toBeGreaterThan(0);
    expect(worker.diagnostics().resends.waiting).toBe(0);
  });
});
