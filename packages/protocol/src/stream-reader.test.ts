import { expect, test } from "vitest";
import { z } from "zod";
import { gone, later, peerOnWire, peerPair, settled } from "../test/peer-pair.js";
import { stream } from "./contract.js";
import { ErrorCode } from "./errors.js";

const any = z.unknown();
const methods = { items: stream({ params: any, item: z.union([z.number(), z.string()]) }) };

async function collect(items: AsyncIterable<unknown>): Promise<unknown[]> {
  const seen: unknown[] = [];
  for await (const item of items) seen.push(item);
  return seen;
}
const upTo = (count: number): number[] => Array.from({ length: count }, (_, index) => index);

function* counting(count: number): Generator<number> {
  for (let index = 0; index < count; index++) yield index;
}

test.each([
  ["a generator", counting],
  [
    "an async generator",
    async function* (count: number) {
      yield* counting(count);
    },
  ],
  ["an array", upTo],
  ["a promise of an iterable", async (count: number) => counting(count)],
])("every item of %s arrives in order, then the end", async (_, produce) => {
  const { host } = peerPair(methods, { items: produce });
  for (const window of [undefined, { items: 1 }, { items: 3, bytes: 1 }, { items: 1000 }]) {
    await expect(collect(host.stream("items", 500, { window }))).resolves.toEqual(upTo(500));
  }
  expect(host.load.outgoing).toBe(0);
});

test("a slow reader bounds what both ends hold: the producer never runs ahead of the window", async () => {
  let produced = 0;
  let taken = 0;
  let ahead = 0;
  const { host } = peerPair(methods, {
    *items() {
      for (; produced < 1000; produced++) {
        ahead = Math.max(ahead, produced - taken);
        yield produced;
      }
    },
  });
  for await (const _ of host.stream("items", 0, { window: { items: 8 } })) {
    taken++;
    if (taken % 50 === 0) await settled();
  }
  expect(taken).toBe(1000);
  expect(ahead).toBeLessThanOrEqual(8);
});

test("the window in bytes counts too: at most one item more than it is under way", async () => {
  let produced = 0;
  const { host } = peerPair(methods, {
    *items() {
      for (;;) {
        produced++;
        yield "x".repeat(1000);
      }
    },
  });
  const reader = host.stream("items", 0, { window: { items: 100, bytes: 3000 } });
  await settled();
  expect(produced).toBeLessThanOrEqual(4);
  for (let count = 0; count < 20; count++) await reader.next();
  await settled();
  expect(produced).toBeLessThanOrEqual(24);
  await reader.return();
});

test.each(["break", "throw", "return", "dispose"])(
  "a reader that leaves by %s runs the producer's finally",
  async (how) => {
    const cleaned = later();
    const { host, worker } = peerPair(methods, {
      async *items() {
        try {
          for (let index = 0; ; index++) yield index;
        } finally {
          cleaned.resolve();
        }
      },
    });
    const reader = host.stream("items", 0);
    if (how === "break") for await (const _ of reader) break;
    else if (how === "throw") {
      await expect(async () => {
        for await (const _ of reader) throw new Error("mine");
      }).rejects.toThrow("mine");
    } else if (how === "return") await reader.return();
    else await reader[Symbol.asyncDispose]();
    await cleaned.promise;
    await settled();
    expect(await reader.next()).toEqual({ done: true, value: undefined });
    expect([host.load.outgoing, worker.load.incoming]).toEqual([0, 0]);
  },
);

test("an aborted reader gets CANCELLED at once, not what was buffered, and the producer stops", async () => {
  const cleaned = later();
  const { host } = peerPair(methods, {
    async *items(_, { signal }) {
      try {
        yield* [1, 2, 3];
        await new Promise((resolve) => signal.addEventListener("abort", resolve));
      } finally {
        cleaned.resolve();
      }
    },
  });
  const controller = new AbortController();
  const reader = host.stream("items", 0, { signal: controller.signal });
  await settled();
  controller.abort();
  await expect(reader.next()).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
  await expect(reader.next()).resolves.toEqual({ done: true, value: undefined });
  await cleaned.promise;
});

test("items produced before an error arrive before it", async () => {
  const { host } = peerPair(methods, {
    async *items() {
      yield* [1, 2];
      throw Object.assign(new Error("disk full"), { code: 507 });
    },
  });
  const seen: unknown[] = [];
  const read = async (): Promise<void> => {
    for await (const item of host.stream("items", 0)) seen.push(item);
  };
  await expect(read()).rejects.toMatchObject({ code: 507, message: "disk full" });
  expect(seen).toEqual([1, 2]);
});

const hostile = new Proxy(
  {},
  {
    has: () => {
      throw new Error("looked at");
    },
  },
);

test.each([
  ["params that do not fit", { items: stream({ params: z.string(), item: any }) }, 1, ErrorCode.INVALID_PARAMS],
  ["a handler that returns no iterable", methods, 1, ErrorCode.INVALID_RESULT],
  ["a value that throws when it is looked at", methods, hostile, ErrorCode.WORKER_ERROR],
  ["an item that does not fit", methods, [true], ErrorCode.INVALID_RESULT],
  ["an item that is no JSON", methods, [1n], ErrorCode.INVALID_RESULT],
  ["an item past the cap", methods, ["x".repeat(2000)], ErrorCode.MESSAGE_TOO_LARGE],
])("%s reaches the reader as an error", async (_, served, returned, code) => {
  const { host } = peerPair(served, { items: () => returned }, { worker: { limits: { messageBytes: 1000 } } });
  await expect(collect(host.stream("items", 1))).rejects.toMatchObject({ code });
});

test("a channel that ends is an error for the reader, never a clean end", async () => {
  const { host, worker } = peerPair(methods, {
    async *items() {
      yield 1;
      await new Promise(() => {});
    },
  });
  const reader = host.stream("items", 0);
  expect(await reader.next()).toEqual({ done: false, value: 1 });
  const next = reader.next();
  worker.close(gone);
  await expect(next).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE, data: { mayHaveRun: true } });
});

test("a producer that ignores its credit is stopped at the window, and the reader told", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods });
  const reader = peer.stream("items", 0, { window: { items: 4 } });
  const { id } = await wire.next();
  for (let item = 0; item < 100; item++) wire.send({ jsonrpc: "2.0", method: "$/stream/item", params: { id, item } });
  expect(await wire.next()).toMatchObject({ method: "$/cancelRequest", params: { id } });
  await settled();
  const seen: unknown[] = [];
  await expect(
    (async () => {
      for await (const item of reader) seen.push(item);
    })(),
  ).rejects.toMatchObject({ code: ErrorCode.OVERLOADED, message: expect.stringContaining("ran ahead") });
  expect(seen).toEqual([0, 1, 2, 3]);
});

test("a producer that ignores its credit in bytes is stopped as well", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods });
  const reader = peer.stream("items", 0, { window: { bytes: 1000 } });
  const { id } = await wire.next();
  const item = "x".repeat(900);
  for (let count = 0; count < 5; count++) wire.send({ jsonrpc: "2.0", method: "$/stream/item", params: { id, item } });
  expect(await wire.next()).toMatchObject({ method: "$/cancelRequest" });
  expect(await reader.next()).toMatchObject({ value: item });
});

test("credit goes back in halves of the window: one message for many items", async () => {
  const { peer, wire } = peerOnWire({ outgoing: methods });
  const reader = peer.stream("items", 0, { window: { items: 10 } });
  expect(await wire.next()).toMatchObject({ meta: { credit: { items: 10, bytes: 1024 * 1024 } } });
  for (let item = 0; item < 10; item++) wire.send({ jsonrpc: "2.0", method: "$/stream/item", params: { id: 1, item } });
  for (let item = 0; item < 10; item++) await reader.next();
  await settled();
  expect(wire.waiting.map(({ method, params }) => [method, (params as { items: number }).items])).toEqual([
    ["$/stream/credit", 5],
    ["$/stream/credit", 5],
  ]);
});

test("many readers waiting at once each get one item, then the end", async () => {
  const { host } = peerPair(methods, { items: () => [1, 2] });
  const reader = host.stream("items", 0);
  const results = await Promise.all([reader.next(), reader.next(), reader.next(), reader.next()]);
  expect(results.map(({ value, done }) => (done ? "end" : value))).toEqual([1, 2, "end", "end"]);
});

test("a window that could never let an item through is refused", async () => {
  const { peer } = peerOnWire({ outgoing: methods });
  for (const window of [{ items: 0 }, { bytes: -1 }, { items: Number.NaN }, { bytes: 1.5 }]) {
    await expect(peer.stream("items", 0, { window }).next()).rejects.toMatchObject({
      code: ErrorCode.INVALID_PARAMS,
      message: expect.stringMatching(/^items: window\.(items|bytes): expected a whole number/),
    });
  }
});

test("what is thrown into a stream ends it, and may be left alone", async () => {
  const { host } = peerPair(methods, { items: counting });
  const items = host.stream("items", 5);
  await items.next();
  items.throw(new Error("enough"));
  await settled();
  await expect(items.throw(new Error("again"))).rejects.toThrow("again");
  await expect(items.next()).resolves.toEqual({ done: true, value: undefined });
});
