import fc from "fast-check";
import { expect, test } from "vitest";
import { z } from "zod";
import { directTransport } from "../test/direct-transport.js";
import { gone, serving, settled, testPeer } from "../test/peer-pair.js";
import { notification, request, stream } from "./contract.js";
import { isRpcError } from "./errors.js";
import { linkedTransports } from "./linked-transports.js";

const any = z.unknown();
const methods = {
  call: request({ params: any, result: z.number(), progress: z.number() }),
  items: stream({ params: any, item: z.number() }),
  note: notification({ params: z.object({ a: z.number() }) }),
};

const ids = fc.oneof(fc.integer({ min: -1, max: 6 }), fc.constantFrom("1", "", null, 1.5, {}, [], true, 2 ** 53));
const names = fc.oneof(
  fc.constantFrom("call", "items", "note", "$/ping", "$/cancelRequest", "$/progress", "$/stream/item"),
  fc.constantFrom("$/stream/credit", "$/unknown", "constructor", "__proto__", "", "initialize"),
  fc.string(),
);
const params = fc.oneof(
  fc.jsonValue(),
  fc.record({ id: ids, value: fc.jsonValue(), item: fc.jsonValue(), items: fc.jsonValue(), bytes: fc.jsonValue() }),
  fc.record({ id: ids, item: fc.integer(), value: fc.integer(), items: fc.nat(9), bytes: fc.nat(999) }),
);
const message = fc.oneof(
  fc.record({ id: ids, method: names, params, meta: fc.jsonValue() }, { requiredKeys: ["method"] }),
  fc.record({ id: ids, result: fc.oneof(fc.integer(), fc.jsonValue()) }),
  fc.record({ id: ids, error: fc.jsonValue() }),
  fc.dictionary(fc.constantFrom("id", "method", "params", "result", "error", "meta"), fc.jsonValue()),
);
const short = fc
  .tuple(fc.constantFrom("\x02", "\x05", "\x06", "\x1e"), ids, fc.constantFrom("", ":5", ":x"), names, fc.jsonValue())
  .map(([mark, id, deadline, name, value]) => {
    const head = mark === "\x02" || mark === "\x05" ? `${deadline} ${name}` : "";
    return `${mark}${mark === "\x02" ? "" : JSON.stringify(id)}${head} ${JSON.stringify(value)}`;
  });
const full = message.map((fields) => JSON.stringify({ jsonrpc: "2.0", ...fields }));
const mutated = fc
  .tuple(fc.oneof(full, short), fc.nat(), fc.option(fc.string({ unit: "binary", maxLength: 3 }), { freq: 4 }))
  .map(([line, at, garbage]) =>
    garbage === null ? line : line.slice(0, at % line.length) + garbage + line.slice(at % line.length),
  );
const hostileLine = fc.oneof({ weight: 4, arbitrary: mutated }, fc.string({ unit: "binary" }));

test("no sequence of lines makes a peer throw, answer twice, or settle a call more than once", async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(hostileLine, { maxLength: 60 }), async (lines) => {
      const { transport, sent, receive } = directTransport();
      const peer = testPeer(transport, {
        ...serving(methods, { call: () => 1, items: () => [1, 2, 3], note: () => {} }),
        outgoing: methods,
      });
      let settledCalls = 0;
      const count = (): void => void settledCalls++;
      for (let call = 0; call < 3; call++) peer.request("call", 1, { onProgress: () => {} }).then(count, count);
      const reader = peer.stream("items", 1, { window: { items: 4 } });
      const read = (async () => {
        for await (const item of reader) expect(item).toBeTypeOf("number");
      })().catch((error: unknown) => expect(isRpcError(error)).toBe(true));
      for (const line of lines) receive(line);
      await settled();
      peer.close(gone);
      await read;
      await settled();
      expect(settledCalls).toBe(3);
      expect(peer.load).toMatchObject({ outgoing: 0, incoming: 0 });
      expect(peer.stats.received + peer.stats.invalidMessages).toBeLessThanOrEqual(lines.length);
      for (const line of sent) expect(JSON.parse(line)).toMatchObject({ jsonrpc: "2.0" });
      const answered = sent.map((line) => JSON.parse(line)).filter((it) => !("method" in it)).length;
      const asked = lines.filter((line) => line.includes('"method"') || line.includes("\x05")).length;
      expect(answered).toBeLessThanOrEqual(asked);
    }),
    { numRuns: 1500 },
  );
});

test("random bytes between messages lose none of the messages", async () => {
  const noise = fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes).toString("latin1"));
  await fc.assert(
    fc.asyncProperty(
      fc.array(noise, { maxLength: 20 }),
      fc.integer({ min: 1, max: 50 }),
      async (pieces, chunkBytes) => {
        const [left, right] = linkedTransports({ chunkBytes });
        const worker = testPeer(right, serving(methods, { call: () => 7 }));
        const host = testPeer(left, { outgoing: methods });
        const calls: Promise<unknown>[] = [];
        for (const piece of pieces) {
          // Printed into the pipe by something that does not know of the protocol.
          left.send(piece);
          calls.push(host.request("call", piece));
        }
        expect(await Promise.all(calls)).toEqual(pieces.map(() => 7));
        expect(worker.stats.received).toBe(pieces.length);
      },
    ),
    { numRuns: 100 },
  );
});

test("every call of a random schedule of answers, errors, cancels, timeouts and a close settles exactly once", async () => {
  const ends = fc.constantFrom("answer", "twice", "error", "wrong", "cancel", "nothing", "late");
  await fc.assert(
    fc.asyncProperty(fc.array(ends, { minLength: 1, maxLength: 40 }), fc.boolean(), async (plan, closes) => {
      const { transport, sent, receive } = directTransport();
      const peer = testPeer(transport, { outgoing: methods });
      const outcomes: string[] = [];
      plan.forEach((end, index) => {
        const controller = new AbortController();
        peer.request("call", index, { signal: controller.signal }).then(
          () => outcomes.push(`${end}: answered`),
          (error) => outcomes.push(`${end}: ${isRpcError(error)}`),
        );
        const { id } = JSON.parse(sent.at(-1) as string);
        const reply = (body: object): void => void receive(JSON.stringify({ jsonrpc: "2.0", id, ...body }));
        if (end === "cancel" || end === "late") controller.abort();
        if (end === "answer" || end === "twice" || end === "late") reply({ result: 1 });
        if (end === "twice" || end === "error") reply({ error: { code: 5, message: "x" } });
        if (end === "wrong") reply({ result: "no number" });
      });
      const open = plan.filter((end) => end === "nothing").length;
      expect(peer.load.outgoing).toBe(open);
      if (closes || open > 0) peer.close(gone);
      await settled();
      expect(outcomes).toHaveLength(plan.length);
      for (const outcome of outcomes) {
        if (outcome.startsWith("answer") || outcome.startsWith("twice")) expect(outcome).toMatch(/answered$/);
        else expect(outcome).not.toMatch(/answered$/);
      }
    }),
    { numRuns: 300 },
  );
});
