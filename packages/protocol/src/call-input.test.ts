import { expect, test } from "vitest";
import { z } from "zod";
import { fakeClock } from "../test/fake-clock.js";
import { gone, later, peerOnWire, peerPair, serving, settled } from "../test/peer-pair.js";
import { request, stream } from "./contract.js";
import { ErrorCode, RpcError } from "./errors.js";
import type { IncomingCall } from "./incoming-call.js";

const any = z.unknown();
const methods = {
  sum: request({ params: any, result: any, input: z.number() }),
  double: stream({ params: any, item: z.number(), input: z.string().transform(Number) }),
  plain: request({ params: any, result: any }),
};
type Handle = (params: never, call: IncomingCall) => unknown;
const input = (call: IncomingCall): AsyncIterable<unknown> => call.input as AsyncIterable<unknown>;
const sum: Handle = async (_, call) => {
  let total = 0;
  for await (const item of input(call)) total += item as number;
  return total;
};
const never: Handle = () => new Promise(() => {});

/** Counts what is asked of it, and whether it was ended. */
function counted(limit = Number.POSITIVE_INFINITY, item: (n: number) => unknown = (n) => n) {
  const seen = { produced: 0, ended: later(), isEnded: false };
  async function* items() {
    try {
      while (seen.produced < limit) yield item(++seen.produced);
    } finally {
      seen.isEnded = true;
      seen.ended.resolve();
    }
  }
  return Object.assign(seen, { items: items() });
}

test("the items of the caller reach the handler in order, each as its schema gives it out", async () => {
  const { host } = peerPair(methods, {
    async *double(_, call) {
      for await (const item of input(call)) yield (item as number) * 2;
    },
  });
  const doubled: unknown[] = [];
  const texts = Array.from({ length: 1000 }, (_, n) => String(n));
  for await (const item of host.stream("double", 0, { input: texts })) doubled.push(item);
  expect(doubled).toEqual(texts.map((text) => Number(text) * 2));
});

test("an input may be empty, and a plain iterable", async () => {
  const { host } = peerPair(methods, { sum });
  await expect(host.request("sum", 0, { input: [] })).resolves.toBe(0);
  await expect(host.request("sum", 0, { input: new Set([1, 2]) })).resolves.toBe(3);
});

test("nothing is asked of the caller before the handler asks for it", async () => {
  const open = later();
  const { host } = peerPair(methods, { sum: (_, call) => open.promise.then(() => sum(_, call)) });
  const source = counted(3);
  const answer = host.request("sum", 0, { input: source.items });
  await settled();
  expect(source.produced).toBe(0);
  open.resolve();
  await expect(answer).resolves.toBe(6);
});

test("a handler that does not read on holds the caller at the window, in items and in bytes", async () => {
  const { host, worker } = peerPair(
    methods,
    {
      sum: (_, call) =>
        input(call)
          [Symbol.asyncIterator]()
          .next()
          .then(() => new Promise(() => {})),
    },
    { worker: { limits: { streamItems: 10, streamBytes: 1_000_000 } } },
  );
  const few = counted();
  host.request("sum", 0, { input: few.items });
  await settled();
  expect(few.produced).toBe(10);
  host.close(gone);
  worker.close(gone);

  const texts = { double: methods.double };
  const other = peerPair(
    texts,
    {
      async *double(_, call) {
        await input(call)[Symbol.asyncIterator]().next();
        await new Promise(() => {});
      },
    },
    { worker: { limits: { streamBytes: 10_000 } } },
  );
  const big = counted(undefined, () => "1".padEnd(3000, "0"));
  const reader = other.host.stream("double", 0, { input: big.items });
  await settled();
  expect(big.produced).toBe(4);
  await reader.return();
});

test("a caller that has fewer items than credit is not paced: credit comes back as the handler reads", async () => {
  const { host } = peerPair(methods, { sum }, { worker: { limits: { streamItems: 3 } } });
  const { items } = counted(100);
  await expect(host.request("sum", 0, { input: items })).resolves.toBe(5050);
});

test("a handler that answers early ends the caller's iterator", async () => {
  const { host } = peerPair(methods, {
    sum: async (_, call) => ((await input(call)[Symbol.asyncIterator]().next()) as { value: unknown }).value,
  });
  const { items, ended } = counted();
  await expect(host.request("sum", 0, { input: items })).resolves.toBe(1);
  await ended.promise;
});

test("a handler that leaves the loop ends the caller's iterator, and goes on", async () => {
  const left = later();
  const goOn = later();
  const { host } = peerPair(methods, {
    sum: async (_, call) => {
      for await (const item of input(call)) if (item === 3) break;
      left.resolve();
      await goOn.promise;
      return "done";
    },
  });
  const { items, ended } = counted();
  const answer = host.request("sum", 0, { input: items });
  await Promise.all([left.promise, ended.promise]);
  goOn.resolve();
  await expect(answer).resolves.toBe("done");
});

test("what the caller's iterator throws is thrown where the handler reads, and is the cause of the call's error", async () => {
  const heard: unknown[] = [];
  const { host } = peerPair(methods, {
    sum: async (_, call) => {
      try {
        return await sum(_, call);
      } catch (error) {
        heard.push(error);
        throw error;
      }
    },
  });
  const disk = new Error("the disk is gone");
  async function* broken() {
    yield 1;
    throw disk;
  }
  const text = "sum: the caller's input failed: the disk is gone";
  await expect(host.request("sum", 0, { input: broken() })).rejects.toMatchObject({
    code: ErrorCode.INPUT_FAILED,
    message: text,
    cause: disk,
  });
  expect(heard).toMatchObject([{ code: ErrorCode.INPUT_FAILED, message: text }]);
});

test("a code of the caller's own reaches the handler; a handler may answer in spite of it", async () => {
  const { host } = peerPair(methods, {
    sum: async (_, call) => {
      let total = 0;
      try {
        for await (const item of input(call)) total += item as number;
      } catch (error) {
        return { total, code: (error as RpcError).code, data: (error as RpcError).data };
      }
    },
  });
  async function* broken(data: unknown) {
    yield 1;
    yield 2;
    throw new RpcError(42, "enough", { data });
  }
  const outcome = { total: 3, code: 42, data: { at: 2 } };
  await expect(host.request("sum", 0, { input: broken({ at: 2 }) })).resolves.toEqual(outcome);
  await expect(host.request("sum", 0, { input: broken({ at: 2n }) })).resolves.toMatchObject({ total: 3, code: 42 });
});

test("an item that does not fit is an error where the handler reads, and ends the caller's iterator", async () => {
  const { host } = peerPair(methods, { sum });
  const { items, ended } = counted(undefined, (n) => (n === 3 ? "three" : n));
  await expect(host.request("sum", 0, { input: items })).rejects.toMatchObject({
    code: ErrorCode.INVALID_PARAMS,
    message: "sum: input: expected number, received string",
    data: { issues: [{ path: "input" }] },
  });
  await ended.promise;
});

test("an item that cannot be sent is an error where the handler reads, and ends the caller's iterator", async () => {
  const { host } = peerPair({ sum: request({ params: any, result: any, input: any }) }, { sum });
  const big = counted(undefined, (n) => (n === 2 ? 2n : n));
  await expect(host.request("sum", 0, { input: big.items })).rejects.toMatchObject({
    code: ErrorCode.INVALID_PARAMS,
    message: expect.stringContaining("the input's item cannot be written as JSON"),
  });
  await big.ended.promise;
});

test("cancel, timeout and close end the caller's iterator and the handler's reading", async () => {
  for (const how of ["cancel", "timeout", "close"] as const) {
    const heard = later<unknown>();
    const clock = fakeClock();
    const handlers = { sum: (_: never, call: IncomingCall) => (sum(_, call) as Promise<unknown>).catch(heard.resolve) };
    const { host, worker } = peerPair(methods, handlers, { host: { clock } });
    const source = counted();
    const abort = new AbortController();
    const answer = host.request("sum", 0, { input: source.items, signal: abort.signal, timeoutMs: 20 });
    await expect.poll(() => source.produced).toBeGreaterThan(0);
    if (how === "cancel") abort.abort();
    if (how === "timeout") clock.advance(20);
    if (how === "close") {
      host.close(gone);
      worker.close(gone);
    }
    const code = { cancel: ErrorCode.CANCELLED, timeout: ErrorCode.TIMEOUT, close: ErrorCode.WORKER_UNAVAILABLE }[how];
    await expect(answer).rejects.toMatchObject({ code });
    await source.ended.promise;
    expect(await heard.promise).toMatchObject({
      code: how === "close" ? ErrorCode.WORKER_UNAVAILABLE : ErrorCode.CANCELLED,
    });
  }
});

test("an iterator that waits for its source is ended at once when it can be", async () => {
  const { host } = peerPair(methods, { sum });
  const returned = later();
  const waiting = {
    [Symbol.asyncIterator]: () => ({
      next: () => new Promise<IteratorResult<unknown>>(() => {}),
      return: () => {
        returned.resolve();
        return Promise.resolve({ done: true as const, value: undefined });
      },
    }),
  };
  const abort = new AbortController();
  const answer = host.request("sum", 0, { input: waiting, signal: abort.signal });
  await settled();
  abort.abort();
  await expect(answer).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
  await returned.promise;
});

test("a source nobody reads is destroyed, if it can be: its file is not left open", async () => {
  const { host } = peerPair(methods, { sum: () => "no need" });
  const destroyed = later();
  const source = Object.assign(counted().items, { destroy: destroyed.resolve });
  await expect(host.request("sum", 0, { input: source })).resolves.toBe("no need");
  await destroyed.promise;
});

test("whatever an iterator does when it is ended changes nothing", async () => {
  const { host } = peerPair(methods, { sum: () => 1, plain: () => 2 });
  const angry = (): never => {
    throw new Error("angry");
  };
  const source = { [Symbol.iterator]: () => ({ next: angry, return: angry }), destroy: angry };
  await expect(host.request("sum", 0, { input: source as never })).resolves.toBe(1);
  const unstarted = { [Symbol.iterator]: angry };
  await expect(host.request("sum", 0, { input: unstarted as never })).resolves.toBe(1);
  await settled();
  await expect(host.request("plain", 0)).resolves.toBe(2);
});

test("a call that is refused leaves its input untouched", async () => {
  const { host } = peerPair(methods, { sum, plain: never }, { host: { limits: { outgoingCalls: 1 } } });
  const { items } = counted(3);
  const abort = new AbortController();
  host.request("plain", 0, { signal: abort.signal });
  await expect(host.request("sum", 0, { input: items })).rejects.toMatchObject({ code: ErrorCode.OVERLOADED });
  abort.abort();
  await expect(host.request("sum", 0, { input: items })).resolves.toBe(6);
});

test("input is given where it is taken, and nowhere else", async () => {
  const { host } = peerPair(methods, { sum, plain: () => 1 });
  for (const wrong of [undefined, null, "text", 1, {}]) {
    await expect(host.request("sum", 0, { input: wrong as never })).rejects.toMatchObject({
      code: ErrorCode.INVALID_PARAMS,
      message: expect.stringContaining("sum takes input: expected an AsyncIterable or Iterable"),
    });
  }
  await expect(host.request("plain", 0, { input: [] })).rejects.toMatchObject({ code: ErrorCode.INVALID_PARAMS });
});

test("the other end must know of input: a call with it fails at once, and is not sent", async () => {
  const { host } = peerPair(methods, { sum, plain: () => 1 });
  host.agree(["cancel", "stream"]);
  const { items } = counted(3);
  await expect(host.request("sum", 0, { input: items })).rejects.toMatchObject({
    code: ErrorCode.METHOD_NOT_IMPLEMENTED,
    data: { mayHaveRun: false },
  });
  expect(host.stats.sent).toBe(0);
  await expect(host.request("plain", 0)).resolves.toBe(1);
  host.agree(["input"]);
  await expect(host.request("sum", 0, { input: items })).resolves.toBe(6);
});

test("a handler that reads behind its answer is told so", async () => {
  const kept = later<IncomingCall>();
  const { host } = peerPair(methods, {
    sum: (_, call) => {
      kept.resolve(call);
      return 1;
    },
  });
  await host.request("sum", 0, { input: [1] });
  await expect(
    input(await kept.promise)
      [Symbol.asyncIterator]()
      .next(),
  ).rejects.toMatchObject({
    code: ErrorCode.CANCELLED,
    message: expect.stringContaining("was answered"),
  });
});

const open = { jsonrpc: "2.0", id: 1, method: "sum" };
const say = (method: string, params: unknown) => ({ jsonrpc: "2.0", method: `$/input/${method}`, params });

test("items past the credit end the input with OVERLOADED, and no more of them is kept", async () => {
  const mayRead = later();
  const { wire, peer } = peerOnWire({
    ...serving(methods, {
      sum: async (_, call) => {
        const iterator = input(call)[Symbol.asyncIterator]();
        await mayRead.promise;
        for (;;) await iterator.next();
      },
    }),
    limits: { streamItems: 2 },
  });
  wire.send(open);
  expect(await wire.next()).toMatchObject(say("credit", { id: 1, items: 2 }));
  for (let n = 1; n <= 1000; n++) wire.send(say("item", { id: 1, item: n }));
  expect(await wire.next()).toMatchObject(say("cancel", { id: 1 }));
  mayRead.resolve();
  expect(await wire.next()).toMatchObject({ id: 1, error: { code: ErrorCode.OVERLOADED } });
  await expect.poll(() => peer.stats.strayItems).toBe(998);
});

test("items nobody asked for yet are a violation too", async () => {
  const { wire, peer } = peerOnWire(serving(methods, { sum: (_, call) => settled().then(() => sum(_, call)) }));
  wire.send(open);
  wire.send(say("item", { id: 1, item: 1 }));
  expect(await wire.next()).toMatchObject(say("cancel", { id: 1 }));
  expect(await wire.next()).toMatchObject({ id: 1, error: { code: ErrorCode.OVERLOADED } });
  expect(peer.stats.strayItems).toBe(1);
});

test("what is said of inputs that are not there is counted and changes nothing", async () => {
  const { wire, peer } = peerOnWire({ ...serving(methods, { sum, plain: never }), outgoing: methods });
  for (const params of [{ id: 7 }, { id: {} }, { id: null }, {}, [], null]) {
    for (const what of ["item", "end", "credit", "cancel"]) wire.send(say(what, params));
  }
  wire.send({ ...open, method: "plain" });
  for (const what of ["item", "end"]) wire.send(say(what, { id: 1, item: 1 }));
  await expect.poll(() => peer.stats.strayItems).toBe(26);
  wire.send({ ...open, id: 2 });
  expect(await wire.next()).toMatchObject(say("credit", { id: 2 }));
  wire.send(say("item", { id: 2, item: 1 }));
  wire.send(say("end", { id: 2 }));
  wire.send(say("end", { id: 2, error: { code: 1, message: "again" } }));
  wire.send(say("item", { id: 2, item: 1 }));
  let answer = await wire.next();
  // Credit comes back first when the handler has read the item before its end came.
  if ("method" in answer) answer = await wire.next();
  expect(answer).toMatchObject({ id: 2, result: 1 });
  expect(peer.stats.strayItems).toBe(28);
});

test("an end with an error of any shape ends the input", async () => {
  const { wire } = peerOnWire(serving(methods, { sum }));
  for (const [id, error] of ["text", 1, null, [], {}].entries()) {
    wire.send({ ...open, id });
    expect(await wire.next()).toMatchObject(say("credit", { id }));
    wire.send(say("end", { id, error }));
    expect(await wire.next()).toMatchObject({ id, error: { message: expect.stringContaining("input failed") } });
  }
});

test("credit that is no credit moves nothing; endless credit does not fill memory", async () => {
  const { wire, peer } = peerOnWire({ outgoing: methods, limits: { streamBytes: 50_000 } }, { chunkBytes: 1000 });
  const source = counted(100_000, () => "x".repeat(1000));
  const answer = peer.request("sum", 0, { input: source.items });
  const { id } = await wire.next();
  for (const many of [0.5, Number.MAX_VALUE, -1, "1", null, {}])
    wire.send(say("credit", { id, items: many, bytes: 9 }));
  await settled();
  expect(source.produced).toBe(0);
  wire.send(say("credit", { id, items: 1e9, bytes: 1e12 }));
  let most = 0;
  for (let turn = 0; turn < 20; turn++) {
    most = Math.max(most, peer.load.unsentBytes);
    await new Promise((resolve) => setImmediate(resolve));
  }
  expect(most).toBeGreaterThan(10_000);
  expect(most).toBeLessThan(55_000);
  wire.send({ jsonrpc: "2.0", id, result: "enough" });
  await expect(answer).resolves.toBe("enough");
  await source.ended.promise;
});

test("an input that ends its own call when it is first looked at is ended too", async () => {
  const { peer } = peerOnWire({ outgoing: methods });
  const controller = new AbortController();
  let ends = 0;
  const source = {
    [Symbol.asyncIterator]() {
      controller.abort();
      return { next: () => new Promise<never>(() => {}), return: async () => ({ done: true as const, value: ++ends }) };
    },
  };
  await expect(peer.request("sum", 0, { input: source, signal: controller.signal })).rejects.toMatchObject({
    code: ErrorCode.CANCELLED,
  });
  await settled();
  expect(ends).toBe(1);
});

test.each([
  [
    "a getter that throws",
    {
      get message() {
        throw new Error("no");
      },
    },
  ],
  [
    "a proxy that throws",
    new Proxy(
      {},
      {
        get: () => {
          throw new Error("no");
        },
        has: () => {
          throw new Error("no");
        },
      },
    ),
  ],
])("an input may fail with %s", async (_, thrown) => {
  const { host } = peerPair(methods, { sum });
  const source = (function* () {
    yield 1;
    throw thrown;
  })();
  await expect(host.request("sum", 0, { input: source })).rejects.toMatchObject({ code: expect.any(Number) });
});

test("a handler whose caller is gone reads why its input ended", async () => {
  const seen = later<unknown>();
  const handle: Handle = async (_, call) => {
    for await (const _ of input(call)) break;
  };
  const { host, worker } = peerPair(methods, {
    sum: async (params, call) => {
      await (handle(params as never, call) as Promise<void>).catch(seen.resolve);
    },
  });
  const source = { [Symbol.asyncIterator]: () => ({ next: () => new Promise<never>(() => {}) }) };
  host.request("sum", 0, { input: source }).catch(() => {});
  await settled();
  worker.close(
    (method, mayHaveRun) =>
      new RpcError(ErrorCode.WORKER_UNAVAILABLE, `${method}: it died`, { data: { mayHaveRun, workerId: "w" } }),
  );
  expect(await seen.promise).toMatchObject({
    message: "the input of sum ended with its caller: it died",
    data: { workerId: "w" },
  });
  expect(((await seen.promise) as RpcError).data).not.toHaveProperty("mayHaveRun");
});

test("a stream is not asked of an end that cannot send one", async () => {
  const { host } = peerPair(methods, {});
  host.agree([]);
  await expect(host.stream("double", 0, { input: [] }).next()).rejects.toMatchObject({
    code: ErrorCode.METHOD_NOT_IMPLEMENTED,
    message: expect.stringContaining('does not have the feature "stream"; upgrade its SDK'),
    data: { mayHaveRun: false },
  });
  expect(host.load.outgoing).toBe(0);
});
