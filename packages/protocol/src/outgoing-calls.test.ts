import { getEventListeners } from "node:events";
import { expect, test } from "vitest";
import { z } from "zod";
import { collectGarbage } from "../test/collect-garbage.js";
import { fakeClock } from "../test/fake-clock.js";
import { gone, peerOnWire, serving, settled, testPeer } from "../test/peer-pair.js";
import { notification, request, stream } from "./contract.js";
import { ErrorCode } from "./errors.js";
import { lifecycle } from "./lifecycle.js";
import { linkedTransports } from "./linked-transports.js";

const any = z.unknown();
const methods = {
  call: request({ params: any, result: any }),
  slow: request({ params: any, result: any, timeoutMs: 60_000 }),
  items: stream({ params: any, item: any }),
  note: notification({ params: any }),
};

test("a stream whose window is none is one that was refused, and metered as such", async () => {
  const told: unknown[] = [];
  const called = (method: string, ms: number | undefined, error: unknown): void => void told.push([method, ms, error]);
  const { peer } = peerOnWire({ outgoing: methods, meter: { called, served() {} } });
  const code = ErrorCode.INVALID_PARAMS;
  await expect(peer.stream("items", {}, { window: { items: 0 } }).next()).rejects.toMatchObject({ code });
  expect(told).toEqual([["items", undefined, expect.objectContaining({ code })]]);
});

test.each([{ item: 1 }, 5, null, []])("a window %j is refused", async (window) => {
  const { peer } = peerOnWire({ outgoing: methods });
  const stream = peer.stream("items", {}, { window: window as never });
  await expect(stream.next()).rejects.toMatchObject({ code: ErrorCode.INVALID_PARAMS });
});

test("a call without an answer times out, by the option, the method or the default", async () => {
  const clock = fakeClock();
  const { peer, wire } = peerOnWire({ outgoing: methods, clock });
  const times: [string, number][] = [];
  const ask = (name: string, method: string, timeoutMs?: number) =>
    peer.request(method, 1, { timeoutMs }).catch(({ code, data }) => {
      expect([code, data.timeoutMs]).toEqual([ErrorCode.TIMEOUT, clock.now() - 1000]);
      times.push([name, clock.now() - 1000]);
    });
  const calls = [ask("method", "slow"), ask("default", "call"), ask("option", "slow", 5), ask("other", "call", 70_000)];
  for (const ms of [5, 29_995, 30_000, 10_000]) {
    clock.advance(ms);
    await settled();
  }
  await Promise.all(calls);
  expect(times).toEqual([
    ["option", 5],
    ["default", 30_000],
    ["method", 60_000],
    ["other", 70_000],
  ]);
  expect([peer.stats.timeouts, clock.timers, peer.load.outgoing]).toEqual([4, 0, 0]);
  const methodsSent = wire.waiting.map(({ method }) => method);
  expect(methodsSent.filter((method) => method === "$/cancelRequest")).toHaveLength(4);
});

test("any number of calls in flight share one timer", async () => {
  const clock = fakeClock();
  const { peer } = peerOnWire({ outgoing: methods, clock });
  for (let count = 0; count < 1000; count++) peer.request("call", 1);
  expect([clock.timers, clock.timersSet]).toEqual([1, 1]);
  peer.close(gone);
  expect(clock.timers).toBe(0);
});

test("a stream has no timeout unless one is given", async () => {
  const clock = fakeClock();
  const { peer } = peerOnWire({ outgoing: methods, clock });
  const endless = peer.stream("items", {});
  const limited = peer.stream("items", {}, { timeoutMs: 10 });
  clock.advance(2 ** 30);
  await expect(limited.next()).rejects.toMatchObject({ code: ErrorCode.TIMEOUT });
  expect(peer.load.outgoing).toBe(1);
  await endless.return();
});

test.each([0, -1, Number.NaN, Number.POSITIVE_INFINITY, 2 ** 31, "5"])(
  "a timeout of %s is refused",
  async (timeoutMs) => {
    const { peer, wire } = peerOnWire({ outgoing: methods });
    await expect(peer.request("call", 1, { timeoutMs: timeoutMs as number })).rejects.toMatchObject({
      code: ErrorCode.INVALID_PARAMS,
      message: expect.stringContaining("expected ms from 1 to 2147483647"),
    });
    await settled();
    expect(wire.waiting).toEqual([]);
  },
);

test("an aborted call is released at once, and the other end is told", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods });
  const controller = new AbortController();
  const call = peer.request("call", 1, { signal: controller.signal });
  controller.abort(new Error("changed my mind"));
  await expect(call).rejects.toMatchObject({ code: ErrorCode.CANCELLED, cause: { message: "changed my mind" } });
  const { id } = await wire.next();
  expect(await wire.next()).toEqual({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id } });
  expect(peer.stats.cancels).toBe(1);
});

test("a signal that aborts while its call is written ends it", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods });
  const controller = new AbortController();
  const params = {
    toJSON() {
      controller.abort();
      return {};
    },
  };
  const { signal } = controller;
  await expect(peer.request("call", params, { signal })).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
  expect([peer.load.outgoing, getEventListeners(signal, "abort").length]).toEqual([0, 0]);
  expect([(await wire.next()).method, (await wire.next()).method]).toEqual(["call", "$/cancelRequest"]);
});

test("a signal that times out says so", async () => {
  const { peer } = peerOnWire({ outgoing: methods });
  const call = peer.request("call", 1, { signal: AbortSignal.timeout(1) });
  await expect(call).rejects.toMatchObject({ code: ErrorCode.TIMEOUT });
});

test("a call with an aborted signal is never sent", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods });
  await expect(peer.request("call", 1, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    code: ErrorCode.CANCELLED,
  });
  await settled();
  expect(wire.waiting).toEqual([]);
});

test("what is no signal is refused, and leaves no call behind", async () => {
  const { peer } = peerOnWire({ outgoing: methods });
  for (const signal of [null, {}, { aborted: false }, "signal"]) {
    await expect(peer.request("call", 1, { signal: signal as AbortSignal })).rejects.toMatchObject({
      code: ErrorCode.INVALID_PARAMS,
    });
  }
  expect(peer.load.outgoing).toBe(0);
});

test("calls share one listener on a signal, and the last to settle takes it off, however it settles", async () => {
  const { signal } = new AbortController();
  const listeners = (): number => getEventListeners(signal, "abort").length;
  const clock = fakeClock();
  const { peer, wire } = peerOnWire({ outgoing: methods, clock });
  const calls = [
    peer.request("call", 1, { signal }),
    peer.request("call", 1, { signal }),
    peer.request("call", 1, { signal, timeoutMs: 5 }),
    peer.request("call", 1, { signal }),
  ];
  const reader = peer.stream("items", {}, { signal });
  expect(listeners()).toBe(1);
  wire.send({ jsonrpc: "2.0", id: 1, result: 1 });
  wire.send({ jsonrpc: "2.0", id: 2, error: { code: 1, message: "x" } });
  await calls[0];
  await calls[1]?.catch(() => {});
  await reader.return();
  clock.advance(5);
  expect(listeners()).toBe(1);
  peer.close(gone);
  expect(listeners()).toBe(0);
  await Promise.allSettled(calls);
});

test("past the bound of calls in flight a call fails at once, and an answer makes room", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods, limits: { outgoingCalls: 2 } });
  const first = peer.request("call", 1);
  peer.request("call", 1);
  const refused = { code: ErrorCode.OVERLOADED, message: expect.stringContaining("2 calls are in flight") };
  await expect(peer.request("call", 1)).rejects.toMatchObject(refused);
  await expect(peer.stream("items", 1).next()).rejects.toMatchObject(refused);
  expect(peer.stats.refusedCalls).toBe(2);
  wire.send({ jsonrpc: "2.0", id: 1, result: 1 });
  await first;
  peer.request("call", 1);
  expect(peer.load.outgoing).toBe(2);
});

test("past the bound of unsent bytes calls fail and notifications are dropped, both counted", async () => {
  const [unread] = linkedTransports({ unsentBytes: 100 });
  const peer = testPeer(unread, { outgoing: methods });
  peer.request("call", 1);
  await expect(peer.request("call", 1)).rejects.toMatchObject({
    code: ErrorCode.OVERLOADED,
    message: expect.stringMatching(/call: \d+ bytes wait for the other end to read; wait for answers/),
  });
  expect(peer.notify("note", "x".repeat(50))).toBe(false);
  expect(peer.stats).toMatchObject({ refusedCalls: 1, droppedNotifications: 1 });
  expect(peer.load.outgoing).toBe(1);
});

test("a message past the cap fails here, with what to do", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods, limits: { messageBytes: 1000 } });
  await expect(peer.request("call", "é".repeat(600))).rejects.toMatchObject({
    code: ErrorCode.MESSAGE_TOO_LARGE,
    message: "call is larger than 1000 bytes; split it, or use a stream",
    data: { limitBytes: 1000, mayHaveRun: false },
  });
  peer.request("call", "é".repeat(400));
  expect(await wire.next()).toMatchObject({ method: "call" });
  expect(peer.load.outgoing).toBe(1);
});

test("a rejection nobody awaits ends nothing", async () => {
  const { peer } = peerOnWire({ outgoing: methods });
  peer.request("call", 1, { timeoutMs: -1 });
  peer.request("unknown", 1);
  peer.request("call", 1, { signal: AbortSignal.abort() });
  peer.request("call", 1n);
  peer.request("call", 1);
  peer.stream("items", 1, { timeoutMs: -1 });
  peer.stream("items", 1).next();
  peer.close(gone);
  peer.request("call", 1);
  peer.stream("items", 1).next();
  await settled();
});

test("the runtime's own calls get through when every call is taken, so that a full worker can be asked to stop", async () => {
  const { peer, wire } = peerOnWire({
    outgoing: { ...methods, ...lifecycle.hostToWorker },
    limits: { outgoingCalls: 1 },
  });
  peer.request("call", 1);
  await expect(peer.request("call", 1)).rejects.toMatchObject({ code: ErrorCode.OVERLOADED });
  const stopped = peer.request("shutdown", {});
  await wire.next();
  const { id, method } = await wire.next();
  expect(method).toBe("shutdown");
  wire.send({ jsonrpc: "2.0", id, result: null });
  await expect(stopped).resolves.toBe(null);
});

test("a ping in flight takes no call's place", async () => {
  const { peer, wire } = peerOnWire({
    outgoing: { ...methods, ...lifecycle.hostToWorker },
    limits: { outgoingCalls: 1 },
  });
  const pinged = peer.request("$/ping", {});
  const call = peer.request("call", 1);
  const { id } = await wire.next();
  wire.send({ jsonrpc: "2.0", id, result: {} });
  await pinged;
  await expect(peer.request("call", 1)).rejects.toMatchObject({ code: ErrorCode.OVERLOADED });
  peer.close(gone);
  await expect(call).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
});

test("an answer is told before what arrived behind it, and the end of a call once, however it ends", async () => {
  const told: string[] = [];
  const options = { onResult: () => told.push("result"), onSettled: () => told.push("settled") };
  const note = { note: () => told.push("note") };
  const { peer, wire } = peerOnWire({ ...serving(methods, note), outgoing: methods, limits: { outgoingCalls: 1 } });
  const answered = peer.request("call", 1, options).then(() => told.push("awaited"));
  wire.send('{"jsonrpc":"2.0","id":1,"result":1}\n{"jsonrpc":"2.0","method":"note","params":1}');
  await answered;
  peer.stream("items", {}, { ...options, signal: AbortSignal.abort() });
  peer.request("call", 1, { ...options, timeoutMs: 0 });
  peer.request("unknown", 1, options);
  expect(told).toEqual(["settled", "result", "note", "awaited", "settled", "settled", "settled"]);
  peer.request("call", 1, options);
  peer.request("call", 1, options);
  expect(told).toHaveLength(8);
  peer.close(gone);
  expect(told).toHaveLength(9);
});

test("each call tells the time of its own", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods });
  const times = [5_000, 6_000, 5_000, 30_000, 5_000.5, 5_001];
  for (const timeoutMs of times) peer.request("call", 1, { timeoutMs });
  peer.request("call", 1, { timeoutMs: 5_001, meta: { invocationId: "a.1" } });
  await settled();
  expect(wire.waiting.map(({ meta }) => meta)).toEqual([
    ...[5_000, 6_000, 5_000, 30_000, 5_001, 5_001].map((deadlineMs) => ({ deadlineMs })),
    { deadlineMs: 5_001, invocationId: "a.1" },
  ]);
  peer.close(gone);
});

test("a call that ends while its params are written is told once, by what ended it", async () => {
  const { peer } = peerOnWire({ outgoing: methods });
  const told: unknown[] = [];
  const params = { toJSON: () => peer.close(gone) };
  const call = peer.request("call", params, { onSettled: (error) => told.push(error) });
  const expected = { code: gone("call", true).code, message: gone("call", true).message };
  await expect(call).rejects.toMatchObject(expected);
  expect(told).toMatchObject([expected]);
});

test("a stream that is over keeps nothing of its call, however long its reader is kept", async () => {
  const { peer } = peerOnWire({ outgoing: methods });
  const open = () => {
    const onSettled = (): void => {};
    return { reader: peer.stream("items", {}, { onSettled }), told: new WeakRef(onSettled) };
  };
  const { reader, told } = open();
  expect(told.deref()).toBeTypeOf("function");
  await reader.return();
  await settled();
  collectGarbage();
  expect(told.deref()).toBeUndefined();
  expect(reader).toBeDefined();
  peer.close(gone);
});
