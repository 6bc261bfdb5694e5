import { PassThrough } from "node:stream";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { gone, peerOnWire, peerPair, serving, settled, testPeer } from "../test/peer-pair.js";
import { notification, request, stream } from "./contract.js";
import { ErrorCode } from "./errors.js";
import { linkedTransports } from "./linked-transports.js";
import type { Peer } from "./peer.js";
import { stdioTransport } from "./stdio-transport.js";
import type { Transport } from "./transport.js";

const bytes = z.instanceof(Uint8Array);
const methods = {
  echo: request({ params: z.unknown(), result: z.unknown(), progress: bytes }),
  chunks: stream({ params: z.object({ count: z.int(), size: z.int() }), item: z.object({ chunk: bytes }) }),
  note: notification({ params: z.object({ bytes }) }),
};
const filled = (size: number, value: number) => new Uint8Array(size).fill(value);

function stdioPair(): [Transport, Transport] {
  const [there, back] = [new PassThrough(), new PassThrough()];
  return [stdioTransport(back, there), stdioTransport(there, back)];
}

const pairs: [string, () => [Transport, Transport]][] = [
  ["linked", () => linkedTransports({ chunkBytes: 1_000 })],
  ["stdio", stdioPair],
];

function connected(
  [left, right]: [Transport, Transport],
  features: readonly string[],
  handlers: Parameters<typeof serving>[1],
) {
  const worker = testPeer(right, serving(methods, handlers));
  const host = testPeer(left, { outgoing: methods });
  for (const peer of [worker, host]) {
    peer.agree([...features, "stream"]);
    peer.sendAgreed();
  }
  return { host, worker };
}

describe.each(pairs)("over %s transports", (_, transports) => {
  test.each([[["bulk"]], [[]]])("bytes are bytes at the other end, with features %j", async (features) => {
    const notes: unknown[] = [];
    const { host } = connected(transports(), features, {
      echo: (params: { bytes: Uint8Array }, call) => {
        call.progress(params.bytes);
        return { list: [params.bytes], again: params.bytes };
      },
      *chunks({ count, size }: { count: number; size: number }) {
        for (let seq = 0; seq < count; seq++) yield { chunk: filled(size, seq) };
      },
      note: (params) => void notes.push(params),
    });
    const sent = filled(20_000, 7);
    const progress: unknown[] = [];
    const onProgress = (value: unknown) => progress.push(value);
    expect(await host.request("echo", { bytes: sent }, { onProgress })).toEqual({ list: [sent], again: sent });
    expect(progress).toEqual([sent]);
    const chunks: unknown[] = [];
    for await (const { chunk } of host.stream("chunks", { count: 30, size: 2_000 }) as AsyncIterable<{
      chunk: unknown;
    }>) {
      chunks.push(chunk);
    }
    expect(chunks).toEqual(Array.from({ length: 30 }, (_, seq) => filled(2_000, seq)));
    expect(host.notify("note", { bytes: sent })).toBe(true);
    await expect.poll(() => notes).toEqual([{ bytes: sent }]);
  });

  test("the pipe's bound counts attachments: calls past it fail, and pass again when it is empty", async () => {
    const [left, right] = transports();
    const host = testPeer(left, { outgoing: methods });
    host.agree(["bulk", "stream"]);
    host.sendAgreed();
    const calls = Array.from({ length: 10 }, () => host.request("echo", filled(10 << 20, 1)));
    const outcomes = Promise.allSettled(calls);
    expect(host.load.unsentBytes).toBeGreaterThan(50 << 20);
    expect(host.load.unsentBytes).toBeLessThan(65 << 20);
    expect(host.stats.refusedCalls).toBe(4);
    const worker = testPeer(right, serving(methods, { echo: (params: Uint8Array) => params.length }));
    worker.agree(["bulk", "stream"]);
    const settledCalls = await outcomes;
    expect(settledCalls.filter(({ status }) => status === "fulfilled")).toHaveLength(6);
    expect(settledCalls.at(-1)).toMatchObject({ reason: { code: ErrorCode.OVERLOADED } });
    await expect(host.request("echo", filled(10 << 20, 1))).resolves.toBe(10 << 20);
  });
});

test("a message's cap counts its attachments, and an answer past it is answered by an error", async () => {
  const limits = { messageBytes: 100_000 };
  const { host, worker } = peerPair(
    methods,
    { echo: () => filled(100_000, 1) },
    { host: { limits }, worker: { limits } },
  );
  for (const peer of [host, worker]) {
    peer.agree(["bulk", "stream"]);
    peer.sendAgreed();
  }
  await expect(host.request("echo", filled(100_000, 1))).rejects.toMatchObject({ code: ErrorCode.MESSAGE_TOO_LARGE });
  await expect(host.request("echo", filled(99_000, 1))).rejects.toMatchObject({
    code: ErrorCode.MESSAGE_TOO_LARGE,
    remote: true,
  });
});

test("a stream's credit counts attachments: its producer runs one window ahead, not more", async () => {
  let produced = 0;
  const { host, worker } = peerPair(methods, {
    *chunks({ size }: { size: number }) {
      for (;;) {
        produced++;
        yield { chunk: filled(size, 1) };
      }
    },
  });
  for (const peer of [host, worker]) {
    peer.agree(["bulk", "stream"]);
    peer.sendAgreed();
  }
  const reader = host.stream("chunks", { count: 0, size: 10_000 }, { window: { bytes: 100_000 } });
  await reader.next();
  await settled();
  await settled();
  expect(produced).toBeGreaterThanOrEqual(9);
  expect(produced).toBeLessThanOrEqual(12);
  await reader.return();
});

test("nothing is attached before it was agreed, nor to an end that cannot; `bulk` tells where base64 stands", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods });
  const call = (): void => void peer.request("echo", { a: [Uint8Array.of(1, 2, 3)], text: "x".repeat(50_000) });
  peer.sendAgreed();
  call();
  expect(await wire.next()).toMatchObject({
    params: { a: ["AQID"], text: "x".repeat(50_000) },
    bulk: [{ path: ["params", "a", 0], as: "base64" }],
  });
  peer.agree(["cancel", "stream"]);
  peer.sendAgreed();
  call();
  expect(await wire.next()).toMatchObject({ params: { a: ["AQID"] } });
  peer.agree(["cancel", "bulk"]);
  call();
  expect(await wire.next()).toMatchObject({ params: { a: ["AQID"] } });
  wire.transport.acceptAttachments();
  peer.sendAgreed();
  call();
  expect(await wire.next()).toMatchObject({
    params: { a: [null], text: null },
    bulk: [
      { path: ["params", "a", 0], as: "bytes" },
      { path: ["params", "text"], as: "latin1" },
    ],
  });
  peer.close(gone);
});

test("a call whose bytes cannot be put in place is answered, and so is the caller of such an answer", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods, ...serving(methods, { echo: () => 1 }) });
  peer.agree(["bulk", "stream"]);
  wire.send({ jsonrpc: "2.0", id: 1, method: "echo", params: null, bulk: [{ path: ["params"], as: "bytes" }] });
  expect(await wire.next()).toMatchObject({
    id: 1,
    error: {
      code: ErrorCode.INVALID_REQUEST,
      message: "the message cannot be read: bulk: fewer attachments than entries",
    },
  });
  const call = peer.request("echo", {});
  const { id } = await wire.next();
  wire.transport.send(`{"jsonrpc":"2.0","id":${id},"result":null}`, false, [Uint8Array.of(1)]);
  await expect(call).rejects.toMatchObject({ code: ErrorCode.INVALID_RESULT });
  expect(peer.stats.invalidMessages).toBe(2);
});

test("a broken frame ends the channel, and the calls in flight with it", async () => {
  const [left, right] = linkedTransports();
  const ended: (Error | undefined)[] = [];
  const peer: Peer = testPeer(left, { outgoing: methods, onClosed: (error) => ended.push(error) });
  peer.agree(["bulk", "stream"]);
  right.start({ message: () => {}, batch: (tell) => tell(), closed: () => {} });
  right.send("$bulk 1\nab");
  await settled();
  expect(ended).toEqual([expect.objectContaining({ code: ErrorCode.PARSE_ERROR })]);
});
