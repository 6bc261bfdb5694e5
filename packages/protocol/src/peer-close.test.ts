import { expect, test } from "vitest";
import { z } from "zod";
import { gone, later, peerOnWire, peerPair, serving, settled, testPeer } from "../test/peer-pair.js";
import { notification, request, stream } from "./contract.js";
import { ErrorCode } from "./errors.js";
import { linkedTransports } from "./linked-transports.js";

const any = z.unknown();
const methods = {
  call: request({ params: any, result: any }),
  items: stream({ params: any, item: any }),
  note: notification({ params: any }),
};
const forever = () => new Promise(() => {});

test("close fails calls in flight as maybe run, and later calls as not run", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods });
  const call = peer.request("call", 1);
  const reader = peer.stream("items", 1);
  const next = reader.next();
  peer.close(gone);
  peer.close(() => expect.unreachable());
  await expect(call).rejects.toMatchObject({ message: "call: gone", data: { mayHaveRun: true } });
  await expect(next).rejects.toMatchObject({ data: { mayHaveRun: true } });
  await expect(peer.request("call", 1)).rejects.toMatchObject({ data: { mayHaveRun: false } });
  await expect(peer.stream("items", 1).next()).rejects.toMatchObject({ data: { mayHaveRun: false } });
  expect(peer.notify("note", 1)).toBe(false);
  expect(peer.load).toMatchObject({ outgoing: 0, incoming: 0 });
  await expect(wire.closed).resolves.toBeUndefined();
});

test("close aborts running handlers, and their answers go nowhere", async () => {
  const gate = later();
  const aborted: unknown[] = [];
  const { peer, wire } = peerOnWire(
    serving(methods, {
      call: (_, { signal }) => {
        signal.addEventListener("abort", () => aborted.push(signal.reason));
        return gate.promise;
      },
      items: async function* (_, { signal }) {
        signal.addEventListener("abort", () => aborted.push(signal.reason));
        yield 1;
        await gate.promise;
        yield 2;
      },
    }),
  );
  wire.send({ jsonrpc: "2.0", id: 1, method: "call" });
  wire.send({ jsonrpc: "2.0", id: 2, method: "items" });
  await wire.next();
  peer.close(gone);
  expect(aborted).toMatchObject([{ code: ErrorCode.WORKER_UNAVAILABLE }, { code: ErrorCode.WORKER_UNAVAILABLE }]);
  gate.resolve();
  await settled();
  expect(wire.waiting).toEqual([]);
});

test("a handler that closes its own channel is aborted as well, and answers nobody", async () => {
  const gate = later();
  const aborted: boolean[] = [];
  const { peer, wire } = peerOnWire(
    serving(methods, {
      call: (_, { signal }) => {
        peer.close(gone);
        return gate.promise.then(() => aborted.push(signal.aborted));
      },
    }),
  );
  wire.send({ jsonrpc: "2.0", id: 1, method: "call" });
  await settled();
  gate.resolve();
  await settled();
  expect(aborted).toEqual([true]);
  expect(peer.load.incoming).toBe(0);
  expect(wire.waiting).toEqual([]);
});

test("what was sent before a close still arrives", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods });
  peer.notify("note", "last words");
  peer.close(gone);
  expect(await wire.next()).toMatchObject({ params: "last words" });
});

test("the end of the channel is told once; calls wait for the owner to say why", async () => {
  const ends: unknown[] = [];
  const { peer, wire } = peerOnWire({ outgoing: methods, onClosed: (error) => ends.push(error) });
  const call = peer.request("call", 1);
  wire.transport.close();
  await settled();
  expect(ends).toEqual([undefined]);
  await expect(peer.request("call", 1)).rejects.toMatchObject({
    code: ErrorCode.WORKER_UNAVAILABLE,
    data: { mayHaveRun: false },
  });
  expect(peer.load.outgoing).toBe(1);
  peer.close(gone);
  await expect(call).rejects.toMatchObject({ message: "call: gone" });
  await settled();
  expect(ends).toEqual([undefined]);
});

test("without an owner to ask, a peer closes itself when its channel ends", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods });
  const call = peer.request("call", 1);
  wire.transport.close();
  await expect(call).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE, data: { mayHaveRun: true } });
});

test("a peer that closes itself is not told of the end", async () => {
  const { peer } = peerOnWire({ onClosed: () => expect.unreachable() });
  peer.close(gone);
  await settled();
});

test("a peer started on a channel that is over learns of it", async () => {
  const [left, right] = linkedTransports();
  right.close();
  await settled();
  const ended = later<Error | undefined>();
  testPeer(left, { onClosed: ended.resolve });
  await expect(ended.promise).resolves.toBeUndefined();
});

test("a message past the cap ends the channel with an error at the end that read it", async () => {
  const ended = later<Error | undefined>();
  const { wire } = peerOnWire({ onClosed: ended.resolve }, { messageBytes: 1000 });
  wire.send("x".repeat(2000));
  await expect(ended.promise).resolves.toMatchObject({ code: ErrorCode.MESSAGE_TOO_LARGE });
  await wire.closed;
});

test("an end that does not read is given up when answers, too, find no room", async () => {
  const ended = later<Error | undefined>();
  const [left, right] = linkedTransports({ unsentBytes: 1000 });
  const peer = testPeer(left, {
    ...serving(methods, { call: () => Promise.reject(new Error("x".repeat(60_000))) }),
    onClosed: ended.resolve,
  });
  // The other end sends calls and never starts to read.
  for (let id = 0; id < 50; id++) right.send(JSON.stringify({ jsonrpc: "2.0", id, method: "call" }));
  await expect(ended.promise).resolves.toMatchObject({ code: ErrorCode.OVERLOADED });
  expect(peer.load.unsentBytes).toBeLessThan(1024 * 1024 + 1000);
});

test.each(["while a handler runs synchronously", "in a progress listener", "in an abort listener", "in a report"])(
  "closing %s is safe",
  async (when) => {
    const close = (): void => {
      host.close(gone);
      worker.close(gone);
    };
    const { host, worker } = peerPair(
      methods,
      {
        call: (_, call) => {
          call.signal.addEventListener("abort", () => when.includes("abort") && close());
          if (when.includes("synchronously")) close();
          call.progress(1);
          return when.includes("abort") ? forever() : 1;
        },
      },
      { worker: { onReport: close } },
    );
    const controller = new AbortController();
    const call = host.request("call", 1, {
      signal: controller.signal,
      onProgress: () => when.includes("progress") && close(),
    });
    if (when.includes("report")) host.notify("note", 1);
    if (when.includes("abort")) setImmediate(() => controller.abort());
    const settledOnce = await call.then(
      () => "answered",
      () => "failed",
    );
    expect(settledOnce).toBe("failed");
    await settled();
    expect(host.load.outgoing).toBe(0);
  },
);

test("a makeError of the owner's that is asked for later calls sees each method", async () => {
  const asked: unknown[] = [];
  const { peer } = peerOnWire({ outgoing: methods });
  peer.request("call", 1);
  peer.close((method, mayHaveRun) => {
    asked.push([method, mayHaveRun]);
    return gone(method, mayHaveRun);
  });
  await peer.request("call", 2).catch(() => {});
  expect(asked).toEqual([
    ["call", true],
    ["the channel", false],
    ["call", false],
  ]);
});
