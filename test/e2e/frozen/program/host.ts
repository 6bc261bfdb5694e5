// node host.js <worker.js>: does with the worker what both ends knew when the first pair was frozen; prints what came of it.
import { once } from "node:events";
import { pathToFileURL } from "node:url";
import { createHost, type HostLogger } from "@outrigger/host";
import { frozen } from "./contract.js";

const entry = pathToFileURL(process.argv[2] ?? "worker.js");
const scope = { tenant: "t1" };
const logged: string[] = [];
const ended: string[] = [];
let onRunning = (): void => {};
let goOn = (): void => {};
let ticksLeft = "still producing";

const note = (_: Record<string, unknown>, message: string): void => void logged.push(message);
const logger: HostLogger = {
  ...{ trace: note, debug: note, info: note, warn: note, error: note, fatal: note },
  child: () => logger,
};
const host = createHost(frozen, {
  logger,
  restart: { initialDelayMs: 1, jitter: 0 },
  handlers: {
    "state.get": ({ key }, { scope }) => (key === "Ada" && scope.tenant === "t1" ? "Countess" : null),
    "state.delete": () => null,
    async running({ forever }, { signal }) {
      onRunning();
      if (forever) await once(signal, "abort");
      else await new Promise<void>((resolve) => (goOn = resolve));
      if (forever) ended.push("nested call, aborted");
      return null;
    },
    ended: ({ what }) => void ended.push(what),
    async *ticks() {
      try {
        for (let tick = 0; ; tick++) yield tick;
      } finally {
        ticksLeft = "ended by its reader";
      }
    },
  },
});
const results: Record<string, unknown> = {};
const running = () => new Promise<void>((resolve) => (onRunning = resolve));
const failure = (promise: Promise<unknown>) =>
  promise.then(
    () => "no failure",
    (error) => ({ code: error.codeName ?? error.code, data: error.data }),
  );
const codeOf = async (promise: Promise<unknown>) => ((await failure(promise)) as { code?: unknown }).code;

const worker = await host.start("frozen", {
  entry,
  capabilities: ["state.read"],
  config: { color: "red" },
});
results.implements = [worker.implements("greet"), worker.implements("spare")];
results.greeting = await worker.request("greet", { name: "Ada", times: 2 }, { scope });
results.health = await worker.health();

const steps: number[] = [];
results.work = await worker.request("work", { steps: 3 }, { onProgress: ({ step }) => steps.push(step) });
results.progress = steps;

const items: number[] = [];
for await (const item of worker.stream("count", { to: 1000 })) items.push(item);
results.streamed = [items.length, items.at(-1)];
for await (const item of worker.stream("count", {}, { window: { items: 4 } })) if (item === 100) break;
results.ticks = await worker.request("read-ticks", { count: 300 }).then((ticks) => [ticks.length, ticks.at(-1)]);

const abort = new AbortController();
const waiting = worker.request("wait", {}, { signal: abort.signal });
await running();
abort.abort();
results.cancelled = await codeOf(waiting);
results.timedOut = await codeOf(worker.request("wait", {}, { timeoutMs: 50 }));

results.refused = {
  params: await codeOf(worker.request("greet", { name: 7 } as never)),
  capability: await codeOf(worker.request("delete-state", {}, { scope })),
  scope: await codeOf(worker.request("greet", { name: "Ada" })),
  optional: await codeOf(worker.request("spare", {})),
};
results.failed = await failure(worker.request("fail", { code: 4001 }));
results.notified = worker.notify("note", { text: "noted" });

// A drain answers what runs.
const finishing = worker.request("finish", {});
await running();
const stopped = host.stop("frozen");
goOn();
results.drained = [await finishing, await stopped.then(() => worker.status)];
results.ended = [...ended].sort();
results.ticksLeft = ticksLeft;
results.logged = ["set up", "greeting", "noted"].map((line) => logged.includes(line));

// A crash fails its calls, and is followed by a process that serves.
await host.start("frozen");
const restarted = new Promise((resolve) => host.once("restarted", resolve));
const { code, data } = (await failure(worker.request("exit-with", { code: 7 }))) as { code: string; data: object };
const { mayHaveRun, reason } = data as Record<string, unknown>;
results.crashed = { code, mayHaveRun, reason };
await restarted;
results.again = await worker.request("greet", { name: "Bob" }, { scope });
await host.close();
console.log(JSON.stringify(results));
