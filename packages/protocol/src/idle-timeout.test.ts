import { expect, test } from "vitest";
import { z } from "zod";
import { fakeClock } from "../test/fake-clock.js";
import { later, peerOnWire, peerPair, settled } from "../test/peer-pair.js";
import { defineContract, request, stream } from "./contract.js";
import { ErrorCode } from "./errors.js";
import type { IncomingCall } from "./incoming-call.js";

const any = z.unknown();
const methods = {
  call: request({ params: any, result: any }),
  chatty: request({ params: any, result: any, progress: z.number(), idleTimeoutMs: 100, timeoutMs: 250 }),
  items: stream({ params: any, item: any, idleTimeoutMs: 100 }),
  load: request({ params: any, result: any, input: any, idleTimeoutMs: 100, timeoutMs: 450 }),
};

/** A caller on a fake clock; `pass` lets time pass and what follows arrive. */
function caller() {
  const clock = fakeClock();
  const { peer, wire } = peerOnWire({ outgoing: methods, clock });
  const pass = async (ms: number): Promise<void> => {
    clock.advance(ms);
    await settled();
  };
  const tell = async (method: string, params: Record<string, unknown>): Promise<void> => {
    wire.send({ jsonrpc: "2.0", method, params });
    await settled();
  };
  return { clock, peer, wire, pass, tell };
}

test("a call nothing is heard of for its idle time times out, and is cancelled", async () => {
  const { peer, wire, pass } = caller();
  const call = peer.request("chatty", {});
  await pass(100);
  await expect(call).rejects.toMatchObject({ code: ErrorCode.TIMEOUT, data: { idleTimeoutMs: 100 } });
  expect(wire.waiting.map(({ method }) => method)).toEqual(["chatty", "$/cancelRequest"]);
});

test("idleness that is noticed late, when the total is over too, is still what it is", async () => {
  const { clock, peer, pass } = caller();
  const call = peer.request("chatty", {});
  clock.sleep(300);
  await pass(0);
  await expect(call).rejects.toMatchObject({ code: ErrorCode.TIMEOUT, data: { idleTimeoutMs: 100 } });
});

test("one that waits for its caller is not idle, however late that is noticed: its time is over", async () => {
  const { clock, peer, pass, tell } = caller();
  const input = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
  const call = peer.request("load", {}, { input });
  await tell("$/input/credit", { id: 1, items: 1, bytes: 1_000 });
  clock.sleep(500);
  await pass(0);
  await expect(call).rejects.toMatchObject({ code: ErrorCode.TIMEOUT, data: { timeoutMs: 450 } });
});

test("progress begins the idle time anew, and never exceeds the total", async () => {
  const { peer, pass, tell } = caller();
  const call = peer.request("chatty", {});
  const ended = later<unknown>();
  call.catch(ended.resolve);
  for (let value = 1; value <= 3; value++) {
    await pass(80);
    await tell("$/progress", { id: 1, value });
  }
  expect(peer.load.outgoing).toBe(1);
  await pass(10);
  expect(await ended.promise).toMatchObject({ code: ErrorCode.TIMEOUT, data: { timeoutMs: 250 } });
});

test("a handler that waits for the caller's input is not idle, one that asks for none is", async () => {
  const { peer, pass, tell } = caller();
  const next = later<IteratorResult<number>>();
  const input = { [Symbol.asyncIterator]: () => ({ next: () => next.promise }) };
  const waiting = peer.request("load", {}, { input });
  const ended = later<unknown>();
  waiting.catch(ended.resolve);
  await pass(80);
  await tell("$/input/credit", { id: 1, items: 1, bytes: 1_000 });
  for (let n = 0; n < 2; n++) await pass(100);
  expect(peer.load.outgoing).toBe(1);
  next.resolve({ done: false, value: 1 });
  await settled();
  await pass(90);
  expect(peer.load.outgoing).toBe(1);
  await pass(20);
  expect(await ended.promise).toMatchObject({ code: ErrorCode.TIMEOUT, data: { idleTimeoutMs: 100 } });
});

test("the option goes before the method's, and no one's is no limit", async () => {
  const { peer, pass } = caller();
  const early = peer.request("chatty", {}, { idleTimeoutMs: 20 });
  const plain = peer.request("call", {}, { timeoutMs: 500 });
  await pass(20);
  await expect(early).rejects.toMatchObject({ data: { idleTimeoutMs: 20 } });
  await pass(400);
  expect(peer.load.outgoing).toBe(1);
  await pass(100);
  await expect(plain).rejects.toMatchObject({ data: { timeoutMs: 500 } });
});

test("items begin a stream's idle time anew; without them it ends with an error", async () => {
  const { peer, pass, tell } = caller();
  const reader = peer.stream("items", {});
  for (let item = 1; item <= 3; item++) {
    const next = reader.next();
    await pass(90);
    await tell("$/stream/item", { id: 1, item });
    expect(await next).toEqual({ done: false, value: item });
  }
  const next = reader.next();
  await pass(100);
  await expect(next).rejects.toMatchObject({ code: ErrorCode.TIMEOUT, data: { idleTimeoutMs: 100 } });
});

test("a reader that takes its time is not held against the producer", async () => {
  const { peer, pass, tell } = caller();
  const reader = peer.stream("items", {}, { window: { items: 2 } });
  await tell("$/stream/item", { id: 1, item: "a" });
  await tell("$/stream/item", { id: 1, item: "b" });
  await pass(10_000);
  expect([await reader.next(), await reader.next()].map(({ value }) => value)).toEqual(["a", "b"]);
  const next = reader.next();
  await pass(99);
  await tell("$/stream/item", { id: 1, item: "c" });
  expect(await next).toMatchObject({ value: "c" });
});

test("an idle time is no timer a call", async () => {
  const { clock, peer } = caller();
  for (let count = 0; count < 1_000; count++) peer.request("chatty", {});
  expect([clock.timers, clock.timersSet]).toEqual([1, 1]);
});

test("an idle time nobody can use is refused, in a contract and at a call", async () => {
  const { peer } = caller();
  await expect(peer.request("call", {}, { idleTimeoutMs: 0 })).rejects.toMatchObject({
    code: ErrorCode.INVALID_PARAMS,
    message: expect.stringContaining("idleTimeoutMs"),
  });
  const wrong = { wrong: request({ params: any, result: any, idleTimeoutMs: Number.NaN }) };
  expect(() => defineContract({ name: "wrong", version: 1, hostToWorker: wrong })).toThrow(/wrong: idleTimeoutMs/);
});

test("a clock may be an object of a class", async () => {
  class Watch {
    #ms = 0;
    now(): number {
      return this.#ms++;
    }
    setTimer(): () => void {
      return () => {};
    }
  }
  const { peer, wire } = peerOnWire({ outgoing: methods, clock: new Watch() });
  const heard: number[] = [];
  const call = peer.request("chatty", {}, { onProgress: (value: number) => heard.push(value) });
  wire.send({ jsonrpc: "2.0", method: "$/progress", params: { id: 1, value: 5 } });
  wire.send({ jsonrpc: "2.0", id: 1, result: "done" });
  await expect(call).resolves.toBe("done");
  expect(heard).toEqual([5]);
});

test("a handler that reads no more does not wait for its caller, whatever the input still waits for", async () => {
  const { peer, pass, tell } = caller();
  const input = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
  const call = peer.request("load", {}, { input });
  const ended = later<unknown>();
  call.catch(ended.resolve);
  await tell("$/input/credit", { id: 1, items: 1, bytes: 100 });
  await pass(150);
  expect(peer.load.outgoing).toBe(1);
  await tell("$/input/cancel", { id: 1 });
  await pass(101);
  expect(peer.load.outgoing).toBe(0);
  expect(await ended.promise).toMatchObject({ code: ErrorCode.TIMEOUT, data: { idleTimeoutMs: 100 } });
});

test("a handler that takes the items of its input steadily is not idle, however large the window is", async () => {
  const clock = fakeClock();
  let wake = later();
  const handle = async (_: unknown, call: IncomingCall): Promise<number> => {
    let taken = 0;
    for await (const _ of call.input as AsyncIterable<unknown>) {
      taken++;
      await wake.promise;
    }
    return taken;
  };
  const { host } = peerPair(methods, { load: handle as never }, { host: { clock }, worker: { clock } });
  const answer = host.request("load", {}, { input: Array(8).fill(1), timeoutMs: 10_000 });
  answer.catch(() => {});
  for (let item = 0; item < 8; item++) {
    await settled();
    clock.advance(60);
    const woken = wake;
    wake = later();
    woken.resolve();
  }
  await expect(answer).resolves.toBe(8);
});
