import { expect, test } from "vitest";
import { z } from "zod";
import { later, peerOnWire, peerPair, serving, settled } from "../test/peer-pair.js";
import { stream } from "./contract.js";
import { ErrorCode } from "./errors.js";
import { createItemProducer } from "./stream-producer.js";

const any = z.unknown();
const methods = { items: stream({ params: any, item: any }) };
const open = { jsonrpc: "2.0", id: 1, method: "items" };
const credit = (params: unknown) => ({ jsonrpc: "2.0", method: "$/stream/credit", params });

test("credit that is no credit moves nothing", async () => {
  const { wire } = peerOnWire(serving(methods, { items: () => [1, 2, 3] }));
  wire.send({ ...open, meta: { credit: { items: 1, bytes: 1000 } } });
  expect(await wire.next()).toMatchObject({ method: "$/stream/item" });
  for (const items of [-1, 0.5, "1", null, {}, Number.MAX_VALUE]) wire.send(credit({ id: 1, items, bytes: 0 }));
  for (const params of [null, [], { id: 2, items: 1, bytes: 1 }, { id: {}, items: 1, bytes: 1 }])
    wire.send(credit(params));
  await settled();
  expect(wire.waiting).toEqual([]);
  wire.send(credit({ id: 1, items: 2, bytes: 1000 }));
  expect((await wire.next()).params).toMatchObject({ item: 2 });
});

test("a producer without a first credit starts from this end's own", async () => {
  const { wire } = peerOnWire({ ...serving(methods, { items: () => Array(100).fill(0) }), limits: { streamItems: 3 } });
  wire.send({ ...open, meta: { credit: { items: -5, bytes: "much" } } });
  await settled();
  expect(wire.waiting).toHaveLength(3);
});

test("a reader that gives endless credit and does not read cannot make the producer fill memory", async () => {
  let produced = 0;
  const { host, worker } = peerPair(
    methods,
    {
      *items() {
        for (; produced < 100_000; produced++) yield "x".repeat(1000);
      },
    },
    { worker: { limits: { streamBytes: 50_000 } } },
  );
  let most = 0;
  const reader = host.stream("items", 0, { window: { items: 1e9, bytes: 1e12 } });
  for (let turn = 0; turn < 20; turn++) {
    most = Math.max(most, worker.load.unsentBytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(produced).toBeGreaterThan(100);
  expect(most).toBeLessThan(55_000);
  await reader.return();
});

test("the event loop turns while a generator that never waits is read", async () => {
  let turns = 0;
  let produced = 0;
  const { host } = peerPair(methods, {
    *items() {
      for (;;) yield produced++;
    },
  });
  const reader = host.stream("items", 0, { window: { items: 1e9, bytes: 1e12 } });
  for (; turns < 5; turns++) await new Promise((resolve) => setImmediate(resolve));
  expect(produced).toBeLessThanOrEqual(6 * 256);
  await reader.return();
});

test("an item the pipe has no room for waits for it, and none is lost", async () => {
  const { host } = peerPair(
    methods,
    { items: () => Array.from({ length: 200 }, (_, index) => [index, "x".repeat(300)]) },
    { link: { unsentBytes: 1000 } },
  );
  let next = 0;
  for await (const item of host.stream("items", 0)) expect((item as unknown[])[0]).toBe(next++);
  expect(next).toBe(200);
});

test("a producer that fails to clean up changes nothing about how its stream ended", async () => {
  const failing = (items: unknown[]): Iterable<unknown> => ({
    [Symbol.iterator]: () => ({
      next: () => ({ done: false, value: items.shift() }),
      return: () => {
        throw new Error("cleaning up");
      },
    }),
  });
  const { host, worker } = peerPair(methods, { items: () => failing([1, 2n]) });
  const reader = host.stream("items", 0, { window: { items: 1 } });
  await reader.next();
  await expect(reader.next()).rejects.toMatchObject({ code: ErrorCode.INVALID_RESULT });
  const left = host.stream("items", 0, { window: { items: 1 } });
  await left.next();
  await left.return();
  await settled();
  expect(worker.load.incoming).toBe(0);
});

test("a cancelled producer that waits for credit ends", async () => {
  const cleaned = later();
  const { peer, wire } = peerOnWire(
    serving(methods, {
      *items() {
        try {
          for (;;) yield 1;
        } finally {
          cleaned.resolve();
        }
      },
    }),
  );
  wire.send({ ...open, meta: { credit: { items: 1, bytes: 100 } } });
  await wire.next();
  wire.send({ jsonrpc: "2.0", method: "$/cancelRequest", params: { id: 1 } });
  await cleaned.promise;
  expect(await wire.next()).toMatchObject({ id: 1, error: { code: ErrorCode.CANCELLED } });
  expect(peer.load.incoming).toBe(0);
});

test("a stream that is being read is finished by a drain", async () => {
  const { host, worker } = peerPair(methods, { items: () => Array.from({ length: 1000 }, (_, index) => index) });
  const reader = host.stream("items", 0, { window: { items: 5 } });
  await reader.next();
  const drained = worker.drain();
  let count = 1;
  for await (const _ of reader) count++;
  await drained;
  expect(count).toBe(1000);
});

test("credit that comes while an item waits for the pipe counts", async () => {
  const producer = createItemProducer(10, 1);
  const sent: unknown[] = [];
  const over = producer.run(["a", "b"], async (item) => {
    sent.push(item);
    await settled();
    producer.grant(1, 100);
    return 100;
  });
  await over;
  expect(sent).toEqual(["a", "b"]);
});
