import { expect, it } from "vitest";
import { z } from "zod";
import { request, stream } from "./contract.js";
import { linkedTransports } from "./linked-transports.js";
import { Peer } from "./peer.js";

const nothing = z.object({});
const methods = {
  hold: request({ params: nothing, result: z.null() }),
  tail: stream({ params: nothing, item: z.string() }),
  "$/ping": request({ params: nothing, result: z.unknown() }),
};

it("the calls that wait are told oldest first, with their age, without pings", () => {
  let now = 0;
  const [transport] = linkedTransports();
  const clock = { now: () => now, setTimer: () => () => {} };
  const serving = { methods: {}, handle: () => null, handlerErrorCode: -32603 };
  const peer = new Peer({ transport, outgoing: methods, serving, clock });
  const signal = new AbortController();
  void peer.request("$/ping", {});
  void peer.request("hold", {}, { timeoutMs: 5_000, signal: signal.signal });
  now = 10;
  peer.stream("tail", {});
  now = 20;
  void peer.request("hold", {}, { timeoutMs: 5_000, idleTimeoutMs: 100 });
  now = 50;
  expect(peer.waiting(10)).toEqual([
    { method: "hold", ageMs: 50 },
    { method: "tail", ageMs: 40 },
    { method: "hold", ageMs: 30 },
  ]);
  expect(peer.waiting(1)).toEqual([{ method: "hold", ageMs: 50 }]);
  signal.abort();
  expect(peer.waiting(1)).toEqual([{ method: "tail", ageMs: 40 }]);
});
