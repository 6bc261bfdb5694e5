import { AsyncLocalStorage } from "node:async_hooks";
import { tracingChannel } from "node:diagnostics_channel";
import {
  CALL_CHANNEL,
  type CallMessage,
  defineContract,
  notification,
  request,
  SERVE_CHANNEL,
  type ServeMessage,
  stream,
} from "@outrigger/protocol";
import { afterEach, expect, it } from "vitest";
import { z } from "zod";
import { definePlugin } from "../define-plugin.js";
import { createTestHost } from "./test-host.js";

const nothing = z.object({});
const contract = defineContract({
  name: "acme.traced",
  version: 1,
  hostToWorker: {
    greet: request({ params: z.object({ name: z.string() }), result: z.string() }),
    now: request({ params: nothing, result: z.string() }),
    fail: request({ params: nothing, result: z.null() }),
    hang: request({ params: nothing, result: z.null() }),
    lines: stream({ params: nothing, item: z.number() }),
    broken: stream({ params: nothing, item: z.number() }),
    nudge: notification({ params: nothing }),
  },
  workerToHost: { "state.get": request({ params: nothing, result: z.string() }) },
});

const store = new AsyncLocalStorage<unknown>();
const plugin = definePlugin(contract, {
  greet: async ({ name }, { host }) => `${await host.request("state.get", {})} ${name}`,
  now: () => "now",
  fail() {
    throw new TypeError("out of luck");
  },
  hang: (_, { signal }) => new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason))),
  async *lines() {
    for (let line = 1; ; line++) yield (store.getStore() as number | undefined) ?? line;
  },
  async *broken() {
    yield 1;
    throw new TypeError("out of lines");
  },
  nudge() {},
});
const handlers = { "state.get": () => "Countess" };

const STEPS = ["start", "end", "asyncStart", "asyncEnd", "error"] as const;
const undo: (() => void)[] = [];
afterEach(() => {
  for (const step of undo.splice(0)) step();
});

/** Everything told on a channel, as `step method`, and the messages. */
function listen<Message extends CallMessage | ServeMessage>(name: string, onStart?: (message: Message) => void) {
  const told: string[] = [];
  const messages: Message[] = [];
  const channel = tracingChannel<unknown, Message>(name);
  for (const step of STEPS) {
    const subscriber = (message: unknown): void => {
      const { method, side } = message as Message;
      told.push(`${side} ${method} ${step}`);
      if (step !== "start") return;
      messages.push(message as Message);
      onStart?.(message as Message);
    };
    channel[step].subscribe(subscriber);
    undo.push(() => channel[step].unsubscribe(subscriber));
  }
  const of = (method: string) =>
    told.filter((entry) => entry.includes(` ${method} `)).map((entry) => entry.split(" ")[2]);
  return { told, messages, of };
}

const WHOLE = ["start", "end", "asyncStart", "asyncEnd"];
const FAILED = ["start", "end", "error", "asyncStart", "asyncEnd"];

it("who listens is told of each call at both ends, from its start to its end", async () => {
  const [calls, served] = [listen<CallMessage>(CALL_CHANNEL), listen<ServeMessage>(SERVE_CHANNEL)];
  await using host = await createTestHost(plugin, { handlers, workerId: "w" });
  expect([...calls.told, ...served.told], "the runtime's own calls are not told").toEqual([]);
  await host.request("greet", { name: "Ada" });
  await host.request("now", {});
  for (const method of ["greet", "state.get", "now"]) {
    expect(calls.of(method)).toEqual(WHOLE);
    expect(served.of(method)).toEqual(WHOLE);
  }
  const facts = { contract: "acme.traced", workerId: "w", kind: "request", traceparent: undefined };
  expect(calls.messages[0]).toMatchObject({ ...facts, side: "host", params: { name: "Ada" }, result: "Countess Ada" });
  expect(served.messages[0]).toMatchObject({ ...facts, side: "worker", method: "greet", params: { name: "Ada" } });
  expect(calls.messages[1]).toMatchObject({ ...facts, side: "worker", method: "state.get", result: "Countess" });
  expect(served.messages[1]).toMatchObject({ ...facts, side: "host", method: "state.get" });
});

it("failed calls are told with their error, however they fail, and end once", async () => {
  const [calls, served] = [listen<CallMessage>(CALL_CHANNEL), listen<ServeMessage>(SERVE_CHANNEL)];
  await using host = await createTestHost(plugin, { handlers });
  await expect(host.request("fail", {})).rejects.toThrow("out of luck");
  await expect(host.request("hang", {}, { timeoutMs: 5 })).rejects.toMatchObject({ codeName: "TIMEOUT" });
  await expect(host.request("greet", { name: 1 as never })).rejects.toMatchObject({ codeName: "INVALID_PARAMS" });
  await expect(host.request("now", {}, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    codeName: "CANCELLED",
  });
  expect(["fail", "hang", "greet", "now"].map(calls.of)).toEqual([FAILED, FAILED, FAILED, FAILED]);
  // What is refused before its handler runs is not served.
  expect(["fail", "greet", "now"].map(served.of)).toEqual([FAILED, [], []]);
  expect(calls.messages.map(({ error }) => (error as { codeName: string }).codeName)).toEqual([
    "WORKER_ERROR",
    "TIMEOUT",
    "INVALID_PARAMS",
    "CANCELLED",
  ]);
  expect(served.messages[0]?.error).toBeInstanceOf(TypeError);
});

it("a stream is over when its reader leaves, without an error, and when it breaks, with one", async () => {
  const [calls, served] = [listen<CallMessage>(CALL_CHANNEL), listen<ServeMessage>(SERVE_CHANNEL)];
  await using host = await createTestHost(plugin, { handlers });
  for await (const line of host.stream("lines", {})) if (line === 3) break;
  await expect(async () => {
    for await (const _ of host.stream("broken", {}));
  }).rejects.toThrow("out of lines");
  expect([calls.of("lines"), calls.of("broken")]).toEqual([WHOLE, FAILED]);
  expect([served.of("lines"), served.of("broken")]).toEqual([FAILED, FAILED]);
  expect(served.messages.map(({ error }) => (error as Error).message)).toEqual(["lines: cancelled", "out of lines"]);
  calls.told.length = 0;
  await expect(host.stream("lines", {}, { timeoutMs: 0 }).next()).rejects.toMatchObject({ codeName: "INVALID_PARAMS" });
  expect(calls.of("lines"), "refused before it was sent").toEqual(FAILED);
});

it("a subscriber chooses the trace a call carries, and the context its handler runs in", async () => {
  const span = (id: number) => `00-${"a".repeat(32)}-${`${id}`.repeat(16)}-01`;
  let spans = 0;
  const mark = (message: CallMessage | ServeMessage): void => {
    message.traceparent = span(++spans);
  };
  const calls = listen<CallMessage>(CALL_CHANNEL, mark);
  const received = new Map<string, string | undefined>();
  const served = listen<ServeMessage>(SERVE_CHANNEL, (message) => {
    received.set(message.method, message.traceparent);
    mark(message);
    message.run = (handler) => store.run(7, handler);
  });
  await using host = await createTestHost(plugin, { handlers });
  expect(host.notify("nudge", {}, { traceparent: span(9) })).toBe(true);
  await host.request("now", {});
  expect(calls.of("nudge")).toEqual(WHOLE);
  expect(served.of("nudge")).toEqual(WHOLE);
  const lines: number[] = [];
  for await (const line of host.stream("lines", {})) if (lines.push(line) === 2) break;
  expect(lines, "each step of a generator").toEqual([7, 7]);
  expect(calls.messages.map(({ isTraceChosen }) => isTraceChosen)).toEqual([true, false, false]);
  expect(received).toEqual(new Map(calls.messages.map(({ method, traceparent }) => [method, traceparent])));
  expect(calls.messages[0]?.traceparent).toBe(span(1));
});

it("stores bound to `start` hold while the handler runs", async () => {
  const bound = new AsyncLocalStorage<string>();
  const { start } = tracingChannel<unknown, ServeMessage>(SERVE_CHANNEL);
  start.bindStore(
    bound as AsyncLocalStorage<never>,
    (message) => `serving ${(message as ServeMessage).method}` as never,
  );
  undo.push(() => start.unbindStore(bound as AsyncLocalStorage<never>));
  const seen: unknown[] = [];
  const small = defineContract({
    name: "acme.small",
    version: 1,
    hostToWorker: {
      greet: request({ params: nothing, result: z.null() }),
      lines: stream({ params: nothing, item: z.number() }),
    },
    workerToHost: {},
  });
  const asking = definePlugin(small, {
    async greet() {
      await null;
      seen.push(bound.getStore());
      return null;
    },
    *lines() {
      seen.push(bound.getStore());
      yield 1;
    },
  });
  await using host = await createTestHost(asking);
  await host.request("greet", {});
  for await (const _ of host.stream("lines", {}));
  expect(seen).toEqual(["serving greet", "serving lines"]);
});
