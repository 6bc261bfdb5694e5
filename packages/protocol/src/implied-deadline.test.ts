import { expect, test } from "vitest";
import { z } from "zod";
import { fakeClock } from "../test/fake-clock.js";
import { gone, peerOnWire, peerPair, settled } from "../test/peer-pair.js";
import { notification, request, stream } from "./contract.js";
import type { IncomingCall } from "./incoming-call.js";
import { FEATURES } from "./lifecycle.js";

const any = z.unknown();
const methods = {
  call: request({ params: any, result: any }),
  items: stream({ params: any, item: any }),
  note: notification({ params: any }),
};

test("a deadline that goes without saying is not told, once the other end knows", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods, limits: { callTimeoutMs: 5_000 } });
  const metaOf = async (timeoutMs?: number, method: "call" | "items" = "call") => {
    const meta = { traceparent: "t" };
    if (method === "call") peer.request("call", 1, { timeoutMs, meta });
    else peer.stream("items", 1, { timeoutMs }).next();
    return (await wire.next()).meta;
  };
  const told = { traceparent: "t", deadlineMs: 5_000 };
  expect(await metaOf(), "nothing is agreed").toEqual(told);
  peer.agree(FEATURES, 5_000);
  expect(await metaOf(), "the other end may not know yet").toEqual(told);
  peer.sendAgreed();
  expect(await metaOf()).toEqual({ traceparent: "t" });
  expect(await metaOf(4_999.5), "counted up as it is told").toEqual({ traceparent: "t" });
  expect(await metaOf(4_999)).toEqual({ traceparent: "t", deadlineMs: 4_999 });
  peer.request("call", 1, { meta: { deadlineMs: 7 } });
  expect((await wire.next()).meta, "not that of another call").toEqual({ deadlineMs: 5_000 });
  expect(await metaOf(5_000, "items"), "a stream without one has none").toMatchObject({ deadlineMs: 5_000 });
  peer.request("call", 1);
  expect(await wire.next()).toEqual({ jsonrpc: "2.0", id: expect.any(Number), method: "call", params: 1 });
  peer.close(gone);
});

test("it is told to an end that does not know the feature", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods });
  peer.agree(["cancel", "stream", "bulk"], 30_000);
  peer.sendAgreed();
  peer.request("call", 1);
  expect((await wire.next()).meta).toEqual({ deadlineMs: 30_000 });
  peer.close(gone);
});

test("a request that tells no deadline has the agreed one, a stream and a notification none", async () => {
  const clock = fakeClock();
  const start = clock.now();
  const seen: unknown[] = [];
  const { peer, wire } = peerOnWire({
    clock,
    serving: {
      methods,
      handlerErrorCode: 0,
      handle({ method, deadline }) {
        seen.push([method, deadline]);
        return method === "items" ? [] : null;
      },
    },
  });
  const send = async (method: string, id?: number, meta?: object): Promise<void> => {
    wire.send({ jsonrpc: "2.0", ...(id !== undefined && { id }), method, ...(meta && { meta }) });
    await settled();
  };
  await send("call", 1);
  peer.agree(FEATURES, 5_000);
  await send("call", 2);
  await send("call", 3, { deadlineMs: 70 });
  await send("call", 6, { deadlineMs: "x" });
  await send("items", 4, { credit: { items: 1, bytes: 1_000 } });
  await send("note");
  peer.agree(["cancel"], 9_000);
  await send("call", 5);
  expect(seen).toEqual([
    ["call", undefined],
    ["call", start + 5_000],
    ["call", start + 70],
    ["call", start + 5_000],
    ["items", undefined],
    ["note", undefined],
    ["call", undefined],
  ]);
});

test("between two ends that agreed, handlers have the deadline their callers wait for", async () => {
  const clock = fakeClock();
  const limits = { callTimeoutMs: 5_000 };
  const left = (_: unknown, { deadline, meta }: IncomingCall) => [(deadline ?? 0) - clock.now(), meta];
  const { host, worker } = peerPair(methods, { call: left }, { host: { clock, limits }, worker: { clock } });
  for (const peer of [host, worker]) {
    peer.agree(FEATURES, limits.callTimeoutMs);
    peer.sendAgreed();
  }
  await expect(host.request("call", 1)).resolves.toEqual([5_000, null]);
  await expect(host.request("call", 1, { timeoutMs: 80 })).resolves.toEqual([80, { deadlineMs: 80 }]);
});
