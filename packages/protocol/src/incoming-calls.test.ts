import { expect, test } from "vitest";
import { z } from "zod";
import { fakeClock } from "../test/fake-clock.js";
import { gone, later, peerOnWire, peerPair, serving, settled } from "../test/peer-pair.js";
import { notification, request, stream } from "./contract.js";
import { ErrorCode, RpcError } from "./errors.js";
import type { IncomingCall } from "./incoming-call.js";

const any = z.unknown();
const methods = {
  call: request({ params: any, result: any }),
  note: notification({ params: any }),
};
const forever = () => new Promise(() => {});

test("a cancel aborts the handler's signal, and the answer is CANCELLED whatever it throws then", async () => {
  const { peer, wire } = peerOnWire(
    serving(methods, {
      call: (_, { signal }) =>
        new Promise((_resolve, reject) => signal.addEventListener("abort", () => reject("stopped"))),
    }),
  );
  wire.send({ jsonrpc: "2.0", id: 1, method: "call" });
  wire.send({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id: 1 } });
  expect(await wire.next()).toMatchObject({ id: 1, error: { code: ErrorCode.CANCELLED } });
  expect(peer.load.incoming).toBe(0);
});

test("a signal looked at after the cancel is aborted already", async () => {
  const cancelled = later();
  const { wire } = peerOnWire(
    serving(methods, { call: (_, call) => cancelled.promise.then(() => [call.aborted, call.signal.aborted]) }),
  );
  wire.send({ jsonrpc: "2.0", id: 1, method: "call" });
  wire.send({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id: 1 } });
  await settled();
  cancelled.resolve();
  expect(await wire.next()).toMatchObject({ result: [true, true] });
});

test("cancels of calls that are not running, in every shape, do nothing", async () => {
  const { peer, wire } = peerOnWire(serving(methods, { call: () => 1 }));
  for (const params of [undefined, null, 1, "x", [], {}, { id: 1 }, { id: {} }, { id: null }]) {
    wire.send({ jsonrpc: "2.0", method: "$/cancelRequest", ...(params !== undefined && { params }) });
  }
  wire.send({ jsonrpc: "2.0", id: 1, method: "call" });
  expect(await wire.next()).toMatchObject({ result: 1 });
  expect(peer.reports).toEqual([]);
});

test("the deadline is the caller's budget on this end's clock", async () => {
  const clock = fakeClock();
  const seen: unknown[] = [];
  const { wire } = peerOnWire({
    ...serving(methods, {}),
    clock,
    serving: {
      methods,
      handlerErrorCode: 0,
      handle: ({ deadline }) => void seen.push(deadline),
    },
  });
  for (const deadlineMs of [500, 0, -1, "5", null, undefined]) {
    wire.send({ jsonrpc: "2.0", id: 1, method: "call", meta: { deadlineMs } });
    await wire.next();
  }
  expect(seen).toEqual([1500, 1000, undefined, undefined, undefined, undefined]);
});

test("past the bound of calls being handled requests are refused and notifications dropped; both are counted", async () => {
  const { peer, wire } = peerOnWire({
    ...serving(methods, { call: forever, note: forever }),
    limits: { incomingCalls: 2 },
  });
  wire.send({ jsonrpc: "2.0", id: 1, method: "call" });
  wire.send({ jsonrpc: "2.0", method: "note" });
  wire.send({ jsonrpc: "2.0", id: 2, method: "call" });
  wire.send({ jsonrpc: "2.0", method: "note" });
  expect(await wire.next()).toMatchObject({ id: 2, error: { code: ErrorCode.OVERLOADED } });
  await settled();
  expect(peer.stats).toMatchObject({ refusedRequests: 1, refusedNotifications: 1 });
  expect(peer.load.incoming).toBe(2);
});

test("calls being handled are bounded in bytes too; one that is alone is taken, and what is over makes room", async () => {
  const ends: (() => void)[] = [];
  const { peer, wire } = peerOnWire({
    ...serving(methods, { call: () => new Promise<void>((resolve) => ends.push(resolve)) }),
    limits: { incomingBytes: 1_000 },
  });
  const params = "x".repeat(600);
  for (const id of [1, 2]) wire.send({ jsonrpc: "2.0", id, method: "call", params });
  expect(await wire.next()).toMatchObject({ id: 2, error: { code: ErrorCode.OVERLOADED } });
  ends[0]?.();
  expect(await wire.next()).toMatchObject({ id: 1, result: null });
  wire.send({ jsonrpc: "2.0", id: 3, method: "call", params: params.repeat(3) });
  wire.send({ jsonrpc: "2.0", id: 4, method: "call" });
  expect(await wire.next()).toMatchObject({ id: 4, error: { code: ErrorCode.OVERLOADED } });
  expect([peer.load.incoming, peer.stats.refusedRequests]).toEqual([1, 2]);
});

test("an end that is full can still be asked to stop, and how it is", async () => {
  const runtime = { ...methods, health: methods.call, shutdown: methods.call };
  const { wire } = peerOnWire({
    ...serving(runtime, { call: forever, health: () => "full", shutdown: () => "bye" }),
    limits: { incomingCalls: 1 },
  });
  wire.send({ jsonrpc: "2.0", id: 1, method: "call" });
  wire.send({ jsonrpc: "2.0", id: 2, method: "health" });
  expect(await wire.next()).toMatchObject({ id: 2, result: "full" });
  wire.send({ jsonrpc: "2.0", id: 3, method: "shutdown" });
  expect(await wire.next()).toMatchObject({ id: 3, result: "bye" });
});

test("authorize runs before params are looked at, and what it throws is the answer", async () => {
  const seen: unknown[] = [];
  const { peer, wire } = peerOnWire({
    serving: {
      methods: { call: request({ params: z.object({ a: z.string() }), result: any, capability: "c" }) },
      authorize: (method, definition, meta) => {
        seen.push([method, definition.capability, meta]);
        throw new RpcError(ErrorCode.CAPABILITY_DENIED, "needs c", { data: { capability: "c" } });
      },
      handle: () => expect.unreachable(),
      handlerErrorCode: 0,
    },
  });
  wire.send({ jsonrpc: "2.0", id: 1, method: "call", params: 1, meta: { invocationId: "x" } });
  expect(await wire.next()).toMatchObject({ error: { code: ErrorCode.CAPABILITY_DENIED, data: { capability: "c" } } });
  expect(seen).toEqual([["call", "c", { invocationId: "x" }]]);
  expect(peer.load.incoming).toBe(0);
});

test("a draining end finishes what it has, flushes the answers, and refuses the rest", async () => {
  const gate = later();
  const { host, worker } = peerPair(methods, { call: () => gate.promise.then(() => "done"), note: () => gate.promise });
  const first = host.request("call", 1);
  host.notify("note", 1);
  await settled();
  let drained = false;
  const drain = worker.drain().then(() => {
    drained = true;
  });
  await expect(host.request("call", 2)).rejects.toMatchObject({ code: ErrorCode.SHUTTING_DOWN });
  await settled();
  expect(drained).toBe(false);
  gate.resolve();
  await drain;
  worker.close(gone);
  await expect(first).resolves.toBe("done");
});

test("a handler that drains its own peer does not wait for itself", async () => {
  const gate = later();
  const { host, worker } = peerPair(
    { ...methods, shutdown: methods.call },
    {
      call: () => gate.promise.then(() => "done"),
      shutdown: (_, call: IncomingCall) => worker.drain(call).then(() => "drained"),
    },
  );
  const order: unknown[] = [];
  const calls = [host.request("call", 1), host.request("shutdown", 1)].map((call) => call.then((it) => order.push(it)));
  await settled();
  expect(order).toEqual([]);
  gate.resolve();
  await Promise.all(calls);
  expect(order).toEqual(["done", "drained"]);
});

test("a drain ends when the channel closes, and any number may wait for it", async () => {
  const { peer, wire } = peerOnWire(serving(methods, { call: forever }));
  wire.send({ jsonrpc: "2.0", id: 1, method: "call" });
  await settled();
  const drains = [peer.drain(), peer.drain(), peer.drain()];
  peer.close(gone);
  await Promise.all([...drains, peer.drain()]);
});

test("notifications of the runtime still pass while an end drains", async () => {
  const seen: unknown[] = [];
  const { peer, wire } = peerOnWire(
    serving({ "$/log": notification({ params: any }) }, { "$/log": (params) => void seen.push(params) }),
  );
  await peer.drain();
  wire.send({ jsonrpc: "2.0", method: "$/log", params: "last words" });
  await settled();
  expect(seen).toEqual(["last words"]);
});

test("an answer too large or too deep for the other end fails the call at once, at either end", async () => {
  const deep = (levels: number): unknown => JSON.parse("[".repeat(levels) + "]".repeat(levels));
  const results = [() => "x".repeat(2000), () => deep(60), () => deep(40_000)];
  const limits = { messageBytes: 1500, depth: 50 };
  const { host } = peerPair(
    methods,
    { call: (index: number) => results[index]?.() },
    {
      worker: { limits: { messageBytes: 100_000 } },
      link: { messageBytes: 200_000 },
      host: { limits },
    },
  );
  const { host: small } = peerPair(methods, { call: () => "x".repeat(2000) }, { worker: { limits } });
  await expect(small.request("call", 0)).rejects.toMatchObject({ code: ErrorCode.MESSAGE_TOO_LARGE });
  await expect(host.request("call", 1)).rejects.toMatchObject({
    code: ErrorCode.INVALID_RESULT,
    message: expect.stringContaining("deeper than 50 levels"),
  });
  await expect(host.request("call", 2)).rejects.toMatchObject({ code: ErrorCode.INVALID_RESULT });
  await expect(host.request("call", 0)).resolves.toHaveLength(2000);
});

test("a request that nests too deep is answered, not lost", async () => {
  const { host } = peerPair(methods, { call: () => 1 }, { worker: { limits: { depth: 50 } } });
  const deep = JSON.parse("[".repeat(60) + "]".repeat(60));
  await expect(host.request("call", deep)).rejects.toMatchObject({ code: ErrorCode.INVALID_REQUEST });
  await expect(host.request("call", [deep, "x".repeat(70_000)])).rejects.toMatchObject({
    code: ErrorCode.INVALID_REQUEST,
  });
});

test.each([
  ["too deep", `\x057 call ${"[".repeat(2_000)}`],
  ["with a method that is no string", '{"jsonrpc":"2.0","id":7,"method":5}'],
  ["with a meta that is no object", "\x057 call+ 1\t5"],
])("a request %s does not answer the running call whose id it has", async (_, line) => {
  const running = later<string>();
  const { peer, wire } = peerOnWire(serving(methods, { call: () => running.promise }));
  wire.send({ jsonrpc: "2.0", id: 7, method: "call" });
  wire.send(line);
  await settled();
  running.resolve("once");
  expect(await wire.next()).toEqual({ jsonrpc: "2.0", id: 7, result: "once" });
  await settled();
  expect(wire.waiting).toEqual([]);
  expect(peer.stats.duplicateRequests).toBe(1);
  expect(peer.reports).toMatchObject([{ kind: "invalid-message" }]);
});

test("a codec that gives every message every member has none refused", async () => {
  const ran: unknown[] = [];
  const { peer, wire } = peerOnWire({
    ...serving(methods, { note: (params) => ran.push(params), call: () => "answer" }),
    outgoing: methods,
    codec: {
      encode: JSON.stringify,
      decode(line) {
        const { i, m, p, r, e } = JSON.parse(line) as Record<string, unknown>;
        return { jsonrpc: "2.0", id: i, method: m, params: p, result: r, error: e };
      },
    },
  });
  wire.send(JSON.stringify({ m: "note", p: 7 }));
  wire.send(JSON.stringify({ m: "call", i: 1 }));
  expect(await wire.next()).toMatchObject({ id: 1, result: "answer" });
  const asked = [peer.request("call", {}), peer.request("call", {})];
  const [first, second] = [await wire.next(), await wire.next()];
  wire.send(JSON.stringify({ i: first.id, r: 5 }));
  wire.send(JSON.stringify({ i: second.id, e: { code: 4711, message: "no" } }));
  await expect(asked[0]).resolves.toBe(5);
  await expect(asked[1]).rejects.toMatchObject({ code: 4711 });
  expect(ran).toEqual([7]);
  expect(peer.reports).toEqual([]);
});

test("a codec that speaks another dialect, or throws, is no more than a codec", async () => {
  const { peer, wire } = peerOnWire({
    ...serving(methods, { call: (params) => params }),
    codec: {
      encode: (message) => JSON.stringify(message).replace('"result"', '"reply"'),
      decode: (line) => {
        if (line.includes("throw")) throw Object.create(null);
        return JSON.parse(line.replace('"do"', '"method"'));
      },
    },
  });
  wire.send('{"jsonrpc":"2.0","id":1,"do":"call","params":5}');
  expect(await wire.next()).toEqual({ jsonrpc: "2.0", id: 1, reply: 5 });
  wire.send('{"jsonrpc":"2.0","id":2,"do":"call"}');
  expect(await wire.next()).toEqual({ jsonrpc: "2.0", id: 2, reply: null });
  wire.send("throw");
  await settled();
  expect(peer.stats.invalidMessages).toBe(1);
});

test("what a stream keeps of its params is given back, whether or not its handler is awaited", async () => {
  const items = { items: stream({ params: any, item: any }) };
  const { host, worker } = peerPair(
    items,
    {
      async items() {
        return [1];
      },
    },
    { worker: { limits: { incomingBytes: 2_000 } } },
  );
  for (let call = 0; call < 10; call++) {
    const seen: unknown[] = [];
    for await (const item of host.stream("items", "x".repeat(500))) seen.push(item);
    expect(seen).toEqual([1]);
  }
  // Others find room beside it.
  const both = [1, 2].map(async () => {
    const seen: unknown[] = [];
    for await (const item of host.stream("items", "x".repeat(500))) seen.push(item);
    return seen;
  });
  await expect(Promise.all(both)).resolves.toEqual([[1], [1]]);
  expect(worker.stats.refusedRequests).toBe(0);
});
