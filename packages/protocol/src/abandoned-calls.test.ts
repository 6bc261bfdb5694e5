import { expect, test } from "vitest";
import { z } from "zod";
import { fakeClock } from "../test/fake-clock.js";
import { gone, peerOnWire, settled } from "../test/peer-pair.js";
import { request, stream } from "./contract.js";
import { lifecycle } from "./lifecycle.js";
import { linkedTransports } from "./linked-transports.js";
import { Peer } from "./peer.js";
import type { PeerReport } from "./peer-report.js";

const any = z.unknown();
const methods = {
  call: request({ params: any, result: any }),
  items: stream({ params: any, item: any }),
  ...lifecycle.hostToWorker,
};

function caller(cancel: { graceMs: number; max: number } | undefined = { graceMs: 100, max: 10 }) {
  const clock = fakeClock();
  const { peer, wire } = peerOnWire({ outgoing: methods, clock, cancel });
  const ignored = () => peer.reports.filter(({ kind }) => kind === "cancel-ignored");
  return { clock, peer, wire, ignored };
}

test("a call that is not ended within the grace after its cancel is reported, once", async () => {
  const { clock, peer, ignored } = caller();
  const controller = new AbortController();
  peer.request("call", 1, { signal: controller.signal });
  peer.request("call", 1, { timeoutMs: 50 });
  controller.abort();
  clock.advance(50);
  await settled();
  clock.advance(49);
  expect([ignored(), peer.load.abandoned]).toEqual([[], 2]);
  clock.advance(1);
  expect(ignored()).toEqual([{ kind: "cancel-ignored", method: "call", ignoredMs: 100 }]);
  clock.advance(1_000);
  expect([ignored().length, peer.stats.ignoredCancels, peer.load.abandoned, clock.timers]).toEqual([2, 2, 0, 0]);
});

test("a late answer is dropped in silence, and all there was to wait for", async () => {
  const { clock, peer, wire, ignored } = caller();
  peer.request("call", 1, { timeoutMs: 50 });
  clock.advance(50);
  wire.send({ jsonrpc: "2.0", id: 1, error: { code: -32011, message: "cancelled" } });
  await settled();
  clock.advance(1_000);
  expect([ignored(), peer.reports, peer.stats.lateReplies, clock.timers]).toEqual([[], [], 1, 0]);
});

test("a producer that goes on sending is reported too", async () => {
  const { clock, peer, wire, ignored } = caller();
  const reader = peer.stream("items", {});
  await reader.return();
  wire.send({ jsonrpc: "2.0", method: "$/stream/item", params: { id: 1, item: "more" } });
  await settled();
  clock.advance(100);
  expect(ignored()).toMatchObject([{ method: "items" }]);
});

test("past the bound no more calls are watched: those that are find out who ignores them", async () => {
  const { clock, peer, ignored } = caller({ graceMs: 100, max: 3 });
  for (let count = 0; count < 50; count++) peer.request("call", 1, { timeoutMs: 10 });
  clock.advance(10);
  expect([peer.load.abandoned, clock.timers]).toEqual([3, 1]);
  await settled();
  clock.advance(100);
  expect(ignored()).toHaveLength(3);
});

test("the time in which this process stood still is not held against the other end", () => {
  const { clock, peer, ignored } = caller();
  const standStill = { now: () => clock.now() + stalled, setTimer: clock.setTimer };
  let stalled = 0;
  const late = peerOnWire({ outgoing: methods, clock: standStill, cancel: { graceMs: 100, max: 10 } }).peer;
  late.request("call", 1, { timeoutMs: 10 });
  clock.advance(10);
  stalled = 5_000;
  clock.advance(100);
  expect(late.reports).toEqual([]);
  clock.advance(50);
  expect(late.reports).toMatchObject([{ kind: "cancel-ignored" }]);
  expect([ignored(), peer.load.abandoned]).toEqual([[], 0]);
});

test("the runtime's own calls are not watched, nor any when nobody asked for it, nor after the end", () => {
  const own = caller();
  own.peer.request("health", {}, { timeoutMs: 10 });
  own.clock.advance(1_000);
  expect(own.ignored()).toEqual([]);
  const unwatched = peerOnWire({ outgoing: methods, clock: own.clock }).peer;
  unwatched.request("call", 1, { timeoutMs: 10 });
  own.clock.advance(10);
  expect([unwatched.load.abandoned, own.clock.timers]).toEqual([0, 0]);
  own.peer.request("call", 1, { timeoutMs: 10 });
  own.clock.advance(10);
  own.peer.close(gone);
  expect([own.peer.load.abandoned, own.clock.timers]).toEqual([0, 0]);
});

test("who is behind with reading may not have the cancel yet, and gets four graces, not for ever", () => {
  const clock = fakeClock();
  const [unread] = linkedTransports();
  const reports: PeerReport[] = [];
  const peer = new Peer({
    ...{ transport: unread, clock, outgoing: methods, cancel: { graceMs: 100, max: 10 } },
    serving: { methods: {}, handle: () => null, handlerErrorCode: -32603 },
    onReport: (report) => reports.push(report),
  });
  peer.start();
  peer.request("call", 1, { timeoutMs: 10 });
  clock.advance(10 + 399);
  expect([reports, peer.load.abandoned]).toEqual([[], 1]);
  clock.advance(1);
  expect(reports).toEqual([{ kind: "cancel-ignored", method: "call", ignoredMs: 400 }]);
});
