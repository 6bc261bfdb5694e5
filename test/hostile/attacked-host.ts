import { readdirSync } from "node:fs";
import { type CrashEvent, createHost, type StartOptions, type Worker } from "@outrigger/host";
import { isRpcError } from "@outrigger/protocol";
import { pino } from "pino";
import type { Attack, AttackReport } from "./attack.js";
import { hostileContract } from "./hostile-contract.js";
import { measureLoopDelay } from "./loop-delay.js";

// The program that is attacked: a host with one good worker and one hostile one. It reports what it cost, and whether the
// good one was served. Told what to do, and read, over IPC: its stdout and stderr are left alone.

const NEIGHBOUR_EVERY_MS = 50;
const CALLS_EVERY_MS = 20;
const SAMPLE_EVERY_MS = 10;

const delay = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const rss = (): number => process.memoryUsage.rss();
/** What is really held: the resident size also counts what V8 and the allocator keep for later. */
const held = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
const descriptors = (): number => (process.platform === "linux" ? readdirSync("/proc/self/fd").length : 0);

process.once("message", (message) => {
  run(message as Attack).then(
    (report) => process.send?.(report, () => process.exit(0)),
    (error: unknown) => {
      console.error(error);
      process.exit(1);
    },
  );
});

async function run(attack: Attack): Promise<AttackReport> {
  let asked = 0;
  const host = createHost(hostileContract, {
    logger: pino(pino.destination({ dest: "/dev/null", sync: false })),
    limits: { messageBytes: attack.messageBytes, unsentBytes: attack.messageBytes },
    liveness: { unresponsiveAfterMs: attack.unresponsiveAfterMs },
    timeouts: { initializeMs: 1_500, drainMs: 300, terminateMs: 300, killMs: 2_000 },
    restart: { initialDelayMs: 10, maxDelayMs: 50, intensity: 4, periodMs: 60_000 },
    env: { HOSTILE_TOKEN: attack.token, MESSAGE_BYTES: String(attack.messageBytes), SCALE: String(attack.scale) },
    handlers: {
      ask: ({ n }) => {
        asked++;
        return { n };
      },
      slow: async ({ n }) => {
        await delay(3_000);
        return { n };
      },
      hold: async ({ text }) => {
        await delay(3_000);
        return { n: text.length };
      },
      *count() {
        for (let n = 0; ; n++) yield { n };
      },
      scoped: ({ n }) => ({ n }),
      note: () => {},
      finished: (_, { workerId }) => {
        if (workerId === "hostile") finish("finished");
      },
      "channels.open": () => {},
      "channels.emit": () => {},
      "channels.close": () => {},
    },
  });
  let finish!: (how: string) => void;
  const over = new Promise<string>((resolve) => {
    finish = resolve;
  });

  const good = await host.start("good", { entry: attack.goodEntry });
  const neighbour = watchNeighbour(good);
  const calls = { made: 0, settled: 0, answered: 0, wrong: 0, codes: {} as Record<string, number> };
  await warmUp(good);

  const crashes: CrashEvent[] = [];
  const statuses: string[] = [];
  host.on("status", ({ workerId, status }) => {
    if (workerId === "hostile") statuses.push(status);
    if (workerId === "hostile" && status === "failed") finish("failed");
  });
  host.on("crash", (event) => {
    if (event.workerId !== "hostile") return;
    crashes.push(event);
    if (attack.until === "crash") finish("crash");
  });

  const before = { held: held(), rss: rss(), descriptors: descriptors() };
  let peak = before.rss;
  const sampling = setInterval(() => {
    peak = Math.max(peak, rss());
  }, SAMPLE_EVERY_MS);
  const endMeasuring = measureLoopDelay();
  const started = performance.now();

  const options: StartOptions<typeof hostileContract> = {
    entry: attack.entry,
    args: [attack.mode],
    capabilities: ["ask", "channels.push"],
  };
  const start = await host.start("hostile", options).then(
    () => null,
    (error: unknown) => (isRpcError(error) && (error.data as { reason?: string })?.reason) || String(error),
  );
  const hostile = host.get("hostile") as Worker<typeof hostileContract>;
  const settled: Promise<void>[] = [];
  const follow = <T>(answer: Promise<T>, howOf: (value: T) => string): void => {
    settled.push(
      answer.then(
        (value) => settle(howOf(value)),
        (error: unknown) => settle(codeOf(error)),
      ),
    );
  };
  const call = (): void => {
    calls.made++;
    const n = calls.made;
    const options = { timeoutMs: 500, scope: { tenant: "t" }, onProgress: () => {} };
    follow(hostile.request("echo", { n }, options), (answer) => (answer.n === n ? "answered" : "wrong"));
  };
  const list = (): void => {
    calls.made++;
    follow(hostile.request("list", {}, { timeoutMs: 500 }), () => "answered");
  };
  const feed = async (isRead: boolean): Promise<void> => {
    calls.made++;
    const items = hostile.stream("feed", {}, { timeoutMs: 2_000 });
    try {
      if (!isRead) await over;
      for await (const { n } of items) if (!Number.isInteger(n)) calls.wrong++;
      settle("answered");
    } catch (error) {
      settle(codeOf(error));
    }
  };
  const settle = (how: string): void => {
    calls.settled++;
    if (how === "answered") calls.answered++;
    if (how === "wrong") calls.wrong++;
    calls.codes[how] = (calls.codes[how] ?? 0) + 1;
  };

  if (start === null) {
    call();
    list();
    settled.push(feed(true), feed(false));
    hostile.notify("attack", { scale: attack.scale }, { scope: { tenant: "t" } });
  }
  const calling = setInterval(() => {
    call();
    if (calls.made % 5 === 0) list();
  }, CALLS_EVERY_MS);
  const how = await Promise.race([over, delay(attack.withinMs).then(() => "time")]);
  finish(how);
  // What it did last is still on its way.
  await delay(100);
  clearInterval(calling);
  const attackMs = performance.now() - started;
  const loop = endMeasuring();
  // Each within its timeout. An answer on its way is held for the moment only.
  await Promise.all(settled);
  const during = held();

  if (hostile.status === "backoff" || hostile.status === "starting") await restarted(hostile);
  const serves = await hostile.request("echo", { n: 7 }, { timeoutMs: 1_000 }).then(
    () => true,
    () => false,
  );
  const { messages, logs, status } = hostile.diagnostics();
  const stopping = performance.now();
  const stop = await hostile.stop().then(
    () => "stopped",
    (error: unknown) => String(error),
  );
  const stopMs = performance.now() - stopping;
  // With its process gone, none of its calls is left.
  await delay(20);
  clearInterval(sampling);
  peak = Math.max(peak, rss());
  await neighbour.end();
  const after = { held: held(), descriptors: descriptors() };
  await host.close();
  return {
    ...{ how, start, status, stop, serves, crashes: crashes.map(({ reason }) => reason), statuses, calls, asked },
    ...{ attackMs, stopMs, neighbour: neighbour.seen },
    crashMessages: crashes.map(({ message }) => message.slice(0, 300)),
    loop,
    memory: { peakGrowth: peak - before.rss, heldGrowth: Math.max(during, after.held) - before.held },
    leftDescriptors: after.descriptors - before.descriptors,
    messages: messages && { ...messages },
    logs: logs && { ...logs },
  };
}

function codeOf(error: unknown): string {
  return isRpcError(error) ? (error.codeName ?? "own code") : `not an RpcError: ${String(error)}`;
}

/** Waits for the end of a restart, whatever it is. */
function restarted(worker: Worker<typeof hostileContract>): Promise<void> {
  return new Promise((resolve) => {
    const off = worker.on("status", ({ status }) => {
      if (status !== "running" && status !== "failed" && status !== "crashed") return;
      off();
      resolve();
    });
  });
}

/** Calls the good worker all the while; every answer must be right. */
function watchNeighbour(good: Worker<typeof hostileContract>) {
  const seen = { calls: 0, right: 0, wrong: [] as string[], slowestMs: 0 };
  const open = new Set<Promise<void>>();
  const timer = setInterval(() => {
    const n = seen.calls++;
    const at = performance.now();
    const answer = good.request("echo", { n }).then(
      (value) => {
        if (value.n === n) seen.right++;
        else seen.wrong.push(JSON.stringify(value));
        seen.slowestMs = Math.max(seen.slowestMs, performance.now() - at);
      },
      (error: unknown) => void seen.wrong.push(String(error)),
    );
    open.add(answer);
    void answer.finally(() => open.delete(answer));
  }, NEIGHBOUR_EVERY_MS);
  return {
    seen,
    async end(): Promise<void> {
      clearInterval(timer);
      await Promise.all(open);
    },
  };
}

/** Code compiled, buffers and V8's young generation grown: what a host that works has anyway. */
async function warmUp(good: Worker<typeof hostileContract>): Promise<void> {
  for (let round = 0; round < 100; round++) {
    await Promise.all(Array.from({ length: 50 }, (_, n) => good.request("echo", { n })));
  }
}
