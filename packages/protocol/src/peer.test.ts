import { expect, test } from "vitest";
import { z } from "zod";
import { gone, later, peerOnWire, peerPair, serving, settled } from "../test/peer-pair.js";
import { notification, request } from "./contract.js";
import { ErrorCode, RpcError } from "./errors.js";

const any = z.unknown();
const methods = {
  add: request({ params: z.object({ a: z.number(), b: z.number().default(1) }), result: z.number() }),
  echo: request({ params: any, result: any }),
  note: notification({ params: z.object({ text: z.string() }) }),
};
const add = ({ a, b }: { a: number; b: number }): number => a + b;
const echo = (params: unknown): unknown => params;

test("a call is answered, in whatever pieces its bytes arrive", async () => {
  const text = 'é𝄞\u2028\u2029\u0000\n\r"\\';
  for (const chunkBytes of [1, 2, 3, 7, 65_536]) {
    const { host } = peerPair(methods, { add, echo }, { link: { chunkBytes } });
    await expect(host.request("add", { a: 2 })).resolves.toBe(3);
    await expect(host.request("echo", { text })).resolves.toEqual({ text });
  }
});

test("both ends run the same peer: a handler may call back, with the same ids in use", async () => {
  const { host, worker } = peerPair(
    methods,
    { add: (params: { a: number; b: number }) => worker.request("echo", add(params)) },
    { host: serving(methods, { echo }), worker: { outgoing: methods } },
  );
  await expect(host.request("add", { a: 2 })).resolves.toBe(3);
});

test("a request whose method or meta cannot be is answered with what is wrong", async () => {
  const { peer, wire } = peerOnWire(serving(methods, {}));
  wire.send({ jsonrpc: "2.0", id: 7, method: 5 });
  wire.send({ jsonrpc: "2.0", id: 8, method: "add", params: {}, meta: null });
  const answers = [await wire.next(), await wire.next()];
  expect(answers).toMatchObject([
    { id: 7, error: { code: ErrorCode.INVALID_REQUEST, message: "the message has a method that is no string" } },
    { id: 8, error: { code: ErrorCode.INVALID_REQUEST, message: "the message has a meta that is no object" } },
  ]);
  expect(peer.stats.invalidMessages).toBe(2);
});

test("answers arrive in the order of the calls when handlers answer at once", async () => {
  const { host } = peerPair(methods, { echo });
  const order: number[] = [];
  await Promise.all(Array.from({ length: 500 }, (_, n) => host.request("echo", n).then(() => order.push(n))));
  expect(order).toEqual(Array.from({ length: 500 }, (_, n) => n));
});

test("ids of any kind are echoed as they came, 0 and the empty string too", async () => {
  const { wire } = peerOnWire(serving(methods, { echo }));
  for (const id of [0, -1, 1.5, "", "a", "0"]) {
    wire.send({ jsonrpc: "2.0", id, method: "echo", params: 1 });
    expect(await wire.next()).toEqual({ jsonrpc: "2.0", id, result: 1 });
  }
});

test("names that every object has are no methods", async () => {
  const { wire } = peerOnWire(serving(methods, { echo }));
  for (const method of ["constructor", "__proto__", "toString", "hasOwnProperty", ""]) {
    wire.send({ jsonrpc: "2.0", id: 1, method });
    expect(await wire.next()).toMatchObject({ id: 1, error: { code: ErrorCode.METHOD_NOT_FOUND } });
  }
  const { host } = peerPair(methods, { echo });
  await expect(host.request("constructor", {})).rejects.toMatchObject({
    code: ErrorCode.METHOD_NOT_FOUND,
    message: 'there is no method "constructor"; the contract has add, echo, note',
  });
});

test("a method is called as what it is", async () => {
  const { host } = peerPair(methods, { echo });
  await expect(host.request("note", {})).rejects.toMatchObject({ code: ErrorCode.INVALID_REQUEST });
  await expect(host.stream("echo", {}).next()).rejects.toMatchObject({ code: ErrorCode.INVALID_REQUEST });
  expect(host.notify("echo", {})).toBe(false);
  const { wire } = peerOnWire(serving(methods, { echo }));
  wire.send({ jsonrpc: "2.0", id: 1, method: "note", params: { text: "" } });
  expect(await wire.next()).toMatchObject({ error: { code: ErrorCode.INVALID_REQUEST } });
});

test("params are checked before the handler, results at the caller", async () => {
  const { host } = peerPair(methods, { add: () => "three" });
  await expect(host.request("add", { a: "2" })).rejects.toMatchObject({
    code: ErrorCode.INVALID_PARAMS,
    message: "params.a: expected number, received string",
    data: { issues: [{ path: "params.a" }] },
  });
  await expect(host.request("add", { a: 2 })).rejects.toMatchObject({
    code: ErrorCode.INVALID_RESULT,
    message: "add: result: expected number, received string; fix the handler, or the contract",
  });
});

test("what a handler throws is the answer: numbers and data kept, everything else as the end's own code", async () => {
  const thrown: unknown[] = [
    new RpcError(42, "mine", { data: [1] }),
    new Error("plain"),
    undefined,
    { code: 7, message: "x" },
  ];
  const { host } = peerPair(methods, {
    echo: (index: number) => {
      throw thrown[index];
    },
  });
  await expect(host.request("echo", 0)).rejects.toMatchObject({ code: 42, message: "mine", data: [1] });
  await expect(host.request("echo", 1)).rejects.toMatchObject({ code: ErrorCode.WORKER_ERROR, message: "plain" });
  await expect(host.request("echo", 2)).rejects.toMatchObject({ code: ErrorCode.WORKER_ERROR });
  await expect(host.request("echo", 3)).rejects.toMatchObject({ code: 7, message: "x" });
});

test("undefined travels as null", async () => {
  const { host } = peerPair(methods, { echo: () => undefined });
  await expect(host.request("echo", undefined)).resolves.toBeNull();
});

test("what JSON cannot hold fails the call that carries it, and nothing else", async () => {
  const hostile: unknown[] = [
    1n,
    {
      toJSON: () => {
        throw Object.create(null);
      },
    },
  ];
  const { host } = peerPair(methods, {
    echo: (params) => (params === "data" ? Promise.reject(new RpcError(9, "bad", { data: 1n })) : hostile[params]),
  });
  for (const params of hostile) {
    await expect(host.request("echo", params)).rejects.toMatchObject({ code: ErrorCode.INVALID_PARAMS });
  }
  for (const index of hostile.keys()) {
    await expect(host.request("echo", index)).rejects.toMatchObject({ code: ErrorCode.INVALID_RESULT });
  }
  await expect(host.request("echo", "data")).rejects.toMatchObject({ code: 9, message: "bad" });
  expect(host.notify("note", { text: 1n })).toBe(false);
  expect(host.reports).toMatchObject([{ kind: "notification-unsent", method: "note" }]);
});

test("meta goes with the message, in both kinds", async () => {
  const seen: unknown[] = [];
  const keep = (_: unknown, call: { meta: unknown }) => void seen.push(call.meta);
  const { host } = peerPair(methods, { echo: keep, note: keep });
  const meta = { invocation: { id: "k3f9.7", scope: { tenant: "t1" } }, traceparent: "00-1" };
  await host.request("echo", 1, { meta, timeoutMs: 500 });
  host.notify("note", { text: "" }, meta);
  await settled();
  expect(seen).toEqual([{ ...meta, deadlineMs: 500 }, meta]);
});

test("a ping is answered by the peer itself, whatever its handlers do", async () => {
  const { wire } = peerOnWire({});
  wire.send({ jsonrpc: "2.0", id: "p", method: "$/ping" });
  expect(await wire.next()).toEqual({ jsonrpc: "2.0", id: "p", result: {} });
});

test("progress reaches the listener until the answer, checked and typed by the method", async () => {
  const job = request({ params: any, result: any, progress: z.object({ done: z.number() }) });
  const { host } = peerPair(
    { job },
    {
      job: (_, call) => {
        call.progress({ done: 1 });
        call.progress({ done: "two" });
        call.progress({ done: 1n });
        call.progress({ done: 3 });
        setImmediate(() => call.progress({ done: 4 }));
        return null;
      },
    },
  );
  const seen: unknown[] = [];
  await host.request("job", {}, { onProgress: (value) => void seen.push(value) });
  await settled();
  expect(seen).toEqual([{ done: 1 }, { done: 3 }]);
  expect(host.reports).toMatchObject([{ kind: "notification-refused", method: "$/progress" }]);
});

test("a listener, logger or close handler that throws or rejects changes nothing else", async () => {
  const failing = [
    () => {
      throw new Error("mine");
    },
    () => Promise.reject(new Error("mine")) as never,
  ];
  for (const fail of failing) {
    const { host } = peerPair(methods, {
      echo: (params, call) => {
        call.progress(1);
        return params;
      },
    });
    await expect(host.request("echo", 1, { onProgress: fail })).resolves.toBe(1);
    await settled();
    expect(host.reports).toMatchObject([{ kind: "listener-failed", listener: "onProgress of echo" }]);
    const { peer, wire } = peerOnWire({ ...serving(methods, { echo }), onReport: fail, onClosed: fail });
    wire.send("garbage");
    wire.send({ jsonrpc: "2.0", id: 1, method: "echo", params: 2 });
    expect(await wire.next()).toMatchObject({ result: 2 });
    wire.transport.close();
    await settled();
    peer.close(gone);
  }
});

test("a failing notification handler is reported, and an unknown one is counted", async () => {
  const { peer, wire } = peerOnWire(serving(methods, { note: () => Promise.reject(new Error("mine")) }));
  wire.send({ jsonrpc: "2.0", method: "note", params: { text: "" } });
  wire.send({ jsonrpc: "2.0", method: "unknown".repeat(10_000) });
  wire.send({ jsonrpc: "2.0", method: "note", params: {} });
  await settled();
  expect(peer.reports.map(({ kind }) => kind).sort()).toEqual([
    ...["notification-failed", "notification-refused", "notification-refused"],
  ]);
  expect(JSON.stringify(peer.reports).length).toBeLessThan(2000);
  expect([peer.stats.refusedNotifications, peer.load.incoming]).toEqual([2, 0]);
});

test("thenables that throw, or settle twice, are answered once", async () => {
  const name = "then";
  const thenable = (then: unknown): object => ({ [name]: then });
  const twice = thenable((yes: (value: unknown) => void, no: (error: unknown) => void) => {
    yes(1);
    yes(2);
    no(3);
  });
  const fail = (): never => {
    throw new Error("then");
  };
  const throwing = thenable(fail);
  const hidden = new Proxy({}, { get: fail });
  const outcomes = [twice, throwing, hidden];
  const { peer, wire } = peerOnWire(serving(methods, { echo: (index: number) => outcomes[index] }));
  for (const id of outcomes.keys()) wire.send({ jsonrpc: "2.0", id, method: "echo", params: id });
  await settled();
  expect(wire.waiting.map(({ id }) => id).sort()).toEqual([0, 1, 2]);
  expect(wire.waiting.find(({ id }) => id === 0)).toMatchObject({ result: 1 });
  expect(peer.load.incoming).toBe(0);
});

test("a second request with the id of a running one is dropped, so that the first is answered once", async () => {
  const gate = later();
  const { peer, wire } = peerOnWire(serving(methods, { echo: () => gate.promise }));
  for (let count = 0; count < 3; count++) wire.send({ jsonrpc: "2.0", id: 1, method: "echo" });
  await settled();
  gate.resolve();
  await settled();
  expect(wire.waiting).toEqual([{ jsonrpc: "2.0", id: 1, result: null }]);
  expect(peer.stats.duplicateRequests).toBe(2);
});

test("B26: answers nobody asked for are counted; those to calls given up are silent", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods });
  const call = peer.request("echo", 1, { signal: AbortSignal.abort() });
  await expect(call).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
  const controller = new AbortController();
  const given = peer.request("echo", 1, { signal: controller.signal });
  const { id } = await wire.next();
  controller.abort();
  await expect(given).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
  wire.send({ jsonrpc: "2.0", id: id as number, result: 1 });
  for (const other of [99, "1", 0]) wire.send({ jsonrpc: "2.0", id: other, result: 1 });
  wire.send({ jsonrpc: "2.0", id: null as never, error: {} });
  await settled();
  expect([peer.stats.lateReplies, peer.stats.unknownReplies]).toEqual([1, 4]);
  expect(peer.reports.map(({ kind }) => kind)).toEqual(Array(4).fill("unknown-reply"));
});

test("empty lines and carriage returns are no messages and no garbage", async () => {
  const { peer, wire } = peerOnWire(serving(methods, { echo }));
  wire.send("");
  wire.send("\r");
  wire.send('{"jsonrpc":"2.0","id":1,"method":"echo"}\r');
  expect(await wire.next()).toMatchObject({ id: 1 });
  expect([peer.stats.invalidMessages, peer.stats.received]).toEqual([0, 1]);
});

test("limits that are no positive whole numbers are refused", () => {
  for (const value of [0, -1, 1.5, Number.NaN, "1" as never]) {
    expect(() => peerOnWire({ limits: { incomingCalls: value } })).toThrow("limits.incomingCalls");
  }
});
