import { getEventListeners } from "node:events";
import type { HandlerContext } from "@outrigger/protocol/tracing";
import { expect, it } from "vitest";
import { type contract, setup } from "../test/host-setup.js";
import { settled } from "./fake-clock.js";
import type { FakeWorkerOptions } from "./fake-launcher.js";
import type { Worker } from "./worker.js";

type TestWorker = Worker<typeof contract>;
type Ask = (worker: TestWorker, context: HandlerContext) => Promise<unknown>;

/** A host whose handler of `now` asks a worker that never answers; `call` has the worker call it, as long as `timeoutMs`. */
async function nested(ask: Ask) {
  const told: unknown[] = [];
  const aborted: string[] = [];
  const behaviour: FakeWorkerOptions = {
    handlers: {
      count: () => ({ [Symbol.asyncIterator]: () => ({ next: () => new Promise(() => {}) }) }),
      slow: (_, call) =>
        new Promise((_, reject) => {
          call.signal.addEventListener("abort", () => {
            aborted.push("slow");
            reject(call.signal.reason as Error);
          });
        }),
    },
  };
  const contexts: HandlerContext[] = [];
  const handlers = {
    now: async (_: unknown, context: HandlerContext) => {
      contexts.push(context);
      await ask(worker, context).catch((error) => told.push([error.codeName, error.message]));
      return "noon";
    },
  };
  const made = setup(behaviour, handlers);
  const worker = await made.start();
  const call = (timeoutMs: number) => {
    const controller = new AbortController();
    const { signal } = controller;
    const answer = made.launcher.latest.peer.request("now", {}, { timeoutMs, signal });
    answer.catch(() => {});
    return { answer, cancel: () => controller.abort() };
  };
  return { ...made, worker, told, aborted, contexts, call };
}

it("a call of a worker, made while a worker's call is served, is cancelled with it", async () => {
  const { call, aborted, told, worker } = await nested((worker) => worker.request("slow", {}));
  const { cancel } = call(60_000);
  await settled();
  expect(worker.diagnostics().load.pendingRequests).toBe(1);
  cancel();
  await settled();
  expect([aborted, told]).toEqual([["slow"], [["CANCELLED", "now: cancelled"]]]);
  expect(worker.diagnostics().load.pendingRequests).toBe(0);
});

it("it gets what is left of the time, whatever it asks, and says so", async () => {
  const { call, told, runtime } = await nested((worker) => worker.request("slow", {}, { timeoutMs: 60_000 }));
  call(200);
  await settled();
  await runtime.advance(200);
  expect(told[0]).toEqual([
    "TIMEOUT",
    "slow: no answer within 200 ms; the call it belongs to has no more time: give that one a larger timeoutMs, or make the handler faster",
  ]);
});

it("a signal of its own ends it too, and neither signal keeps anything of it", async () => {
  const own = new AbortController();
  const options = { signal: own.signal };
  const { call, told, contexts } = await nested((worker) => worker.request("slow", {}, options));
  const listeners = () =>
    [own.signal, contexts[0]?.signal as AbortSignal].map((signal) => getEventListeners(signal, "abort").length);
  call(60_000);
  await settled();
  expect(listeners()).toEqual([1, 1]);
  own.abort();
  await settled();
  expect(told).toEqual([["CANCELLED", "slow: cancelled by the caller"]]);
  expect(listeners()).toEqual([0, 0]);
});

it("a call with a signal of its own is cancelled with the call it is made for", async () => {
  const { signal } = new AbortController();
  const { call, told } = await nested((worker) => worker.request("slow", {}, { signal }));
  const { cancel } = call(60_000);
  await settled();
  cancel();
  await settled();
  expect(told).toEqual([["CANCELLED", "now: cancelled"]]);
  expect(getEventListeners(signal, "abort")).toEqual([]);
});

it("a stream ends with the call it is read for", async () => {
  const { call, told } = await nested(async (worker) => {
    const { signal } = new AbortController();
    const stream = worker.stream("count", { to: 1e9 }, { signal });
    while (!(await stream.next()).done);
  });
  const { cancel } = call(60_000);
  await settled();
  cancel();
  await settled();
  expect(told).toEqual([["CANCELLED", "now: cancelled"]]);
});

it("what is detached goes on, and so does a worker that was started there", async () => {
  const { call, aborted, worker, host, runtime } = await nested(async (worker, { detached }) => {
    detached(() => worker.request("slow", {})).catch(() => {});
    await worker.restart();
  });
  const asked: string[] = [];
  host.on("ready", () => {
    worker.request("echo", { text: "hi" }).then(
      (text) => asked.push(text),
      (error) => asked.push(error.message),
    );
  });
  const { cancel } = call(100);
  await settled();
  cancel();
  await settled();
  expect(aborted).toEqual([]);
  await runtime.advance(20_000);
  expect(asked).toEqual(["hi"]);
});

/** A host whose handler of an event asks a worker that answers when it is told to. */
async function eventful() {
  const asked: Promise<unknown>[] = [];
  let answer = (_: string): void => {};
  const slow = () =>
    new Promise<string>((resolve) => {
      answer = resolve;
    });
  const note = () => {
    const asking = worker.request("slow", {}).catch((error: Error) => error.message);
    asked.push(asking);
    return asking;
  };
  const { host, launcher, start } = setup({ handlers: { slow } }, { note });
  const worker = await start();
  await host.start("sender", { launcher, capabilities: ["state"] });
  return { asked, answer: (text: string) => answer(text), sender: launcher.latest };
}

const traceparent = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01";

it.each([
  ["", undefined],
  [" in a trace", { traceparent }],
])("what the handler of an event%s asks goes on when the event's sender is gone", async (_, meta) => {
  const { asked, answer, sender } = await eventful();
  sender.peer.notify("note", {}, meta);
  await settled();
  sender.exit(1);
  await settled();
  answer("done");
  expect(await asked[0]).toBe("done");
});
