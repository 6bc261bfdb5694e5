import { deepStrictEqual } from "node:assert";
import fc from "fast-check";
import { expect, test } from "vitest";
import { frameHeader } from "../src/bulk-frame.js";
import { lineReader } from "../src/channel-lines.js";
import { jsonCodec } from "../src/codec.js";
import { createLineSplitter } from "../src/framing.js";
import { readMessage } from "../src/message-reader.js";
import { createMessageWriter } from "../src/message-writer.js";
import type { Message } from "../src/messages.js";
import { createPeerStats } from "../src/peer-report.js";
import type { Transport } from "../src/transport.js";
import { isReadWell } from "./json-values.js";

const LIMITS = { depth: 1000, values: 1e9 };

/** What a writer sends, as bytes and as lines. */
function recorder(attaches: boolean, transposes = true) {
  const sent: Uint8Array[] = [];
  const lines: string[] = [];
  const transport: Transport = {
    start: () => {},
    send(line, _urgent, attachments) {
      lines.push(line);
      if (attachments !== undefined) {
        const bytes = attachments.map((each) => (typeof each === "string" ? Buffer.from(each, "latin1") : each));
        sent.push(Buffer.from(frameHeader(attachments)), ...bytes, Buffer.from("\n"));
      }
      return sent.push(Buffer.from(`${line}\n`)) > 0;
    },
    acceptAttachments: () => {},
    unsentBytes: () => 0,
    flush: () => Promise.resolve(),
    close: () => {},
  };
  const writer = createMessageWriter(transport, jsonCodec, 1 << 28, createPeerStats());
  if (attaches) writer.attach();
  if (transposes) writer.transpose();
  return { writer, lines, bytes: () => Buffer.concat(sent) };
}

function received(bytes: Uint8Array, cuts: readonly number[]): unknown[] {
  const splitter = createLineSplitter();
  splitter.acceptAttachments();
  const reuse = (attachment: Uint8Array): void => {
    // Whoever still looked at it would see this.
    attachment.fill(0x2a);
    splitter.reuse(attachment);
  };
  const seen: unknown[] = [];
  let at = 0;
  for (const cut of [...cuts, bytes.length]) {
    splitter.push(bytes.slice(at, at + cut));
    at += cut;
    for (let line = splitter.next(); line !== undefined; line = splitter.next()) {
      seen.push(readMessage(line, lineReader(jsonCodec), LIMITS, splitter.attachments(), reuse));
    }
  }
  return seen;
}

const name = fc
  .oneof(fc.constantFrom("0", "type", "data", "bulk", "constructor", "toJSON"), fc.string())
  .filter((key) => key !== "__proto__" && isReadWell(key));
/** Lists about as long as those that are written by column, seldom with bytes in them. */
const cell = fc.oneof(
  { weight: 9, arbitrary: fc.oneof(fc.integer(), fc.string({ unit: "binary" }), fc.constantFrom(null, [], { a: 1 })) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 4 }) },
);
const records = fc
  .tuple(fc.dictionary(name, cell, { maxKeys: 4, noNullPrototype: true }), fc.integer({ min: 30, max: 34 }))
  .map(([row, count]) => Array.from({ length: count }, (_, id) => ({ ...row, id })));
const { value } = fc.letrec<{ value: unknown }>((tie) => ({
  value: fc.oneof(
    { maxDepth: 6, depthSize: "small" },
    fc.string({ unit: "binary" }),
    fc.integer(),
    fc.constantFrom(null, true, {}, [], "", 0.5),
    fc.uint8Array({ maxLength: 40 }),
    fc.uint8Array({ maxLength: 40 }),
    fc.nat(40).map((size) => Buffer.alloc(size, 7)),
    fc.constantFrom("log line\n".repeat(4_000), "参照–é".repeat(9_000), "half \ud800".repeat(4_000)),
    fc.array(tie("value"), { maxLength: 12 }),
    fc.dictionary(name, tie("value"), { maxKeys: 12, noNullPrototype: true }),
    records,
  ),
}));
const message = fc.oneof(
  fc.record({ jsonrpc: fc.constant("2.0"), id: fc.nat(), method: fc.constant("m"), params: value }),
  fc.record({ jsonrpc: fc.constant("2.0"), id: fc.nat(), result: value }),
  fc.record({ jsonrpc: fc.constant("2.0"), method: fc.constant("$/stream/item"), params: fc.record({ item: value }) }),
);

/** Buffers arrive as plain arrays. */
function plain(sent: unknown): unknown {
  if (Buffer.isBuffer(sent)) return Uint8Array.from(sent);
  if (sent instanceof Uint8Array || typeof sent !== "object" || sent === null) return sent;
  if (Array.isArray(sent)) return sent.map(plain);
  return Object.fromEntries(Object.entries(sent).map(([key, member]) => [key, plain(member)]));
}

test.each([true, false])(
  "bytes and text anywhere in any value arrive as they were; attached: %s",
  (attaches) => {
    fc.assert(
      fc.property(fc.array(message, { minLength: 1, maxLength: 5 }), fc.array(fc.nat(5_000)), (messages, cuts) => {
        const { writer, bytes } = recorder(attaches);
        const before = structuredClone(messages);
        for (const each of messages) expect(writer.send(each as Message, false)).toBeUndefined();
        deepStrictEqual(structuredClone(messages), before, "what is sent stays as it was");
        const seen = received(bytes(), cuts) as { message: unknown }[];
        deepStrictEqual(
          seen.map((parsed) => plain(parsed.message)),
          messages.map(plain),
        );
      }),
      { numRuns: 1_000 },
    );
  },
  60_000,
);

/** As many names as records, or more, and paths as long as what is at their end. */
const wide = fc
  .record({
    names: fc.integer({ min: 1, max: 60 }),
    rows: fc.integer({ min: 30, max: 80 }),
    steps: fc.oneof(fc.integer({ min: 0, max: 5 }), fc.integer({ min: 0, max: 80 })),
    step: fc.constantFrom("a", "a name", "\u0001".repeat(30), "参照–"),
    cell: fc.constantFrom(0, "a,{[", { a: [] }),
    meta: fc.constantFrom(undefined, { deadlineMs: 1 }, { invocationId: "k3f9.7", deadlineMs: 4_960 }),
  })
  .map(({ names, rows, steps, step, cell, meta }) => {
    const row = Object.fromEntries(Array.from({ length: names }, (_, at) => [`n${at}`, cell]));
    let params: unknown = Array.from({ length: rows }, () => ({ ...row }));
    for (let level = 0; level < steps; level++) params = { [step]: params };
    return { jsonrpc: "2.0", id: 1, method: "m", params, ...(meta && { meta }) } as const;
  });
const valuesIn = (line: string): number => line.replaceAll(/"(?:[^"\\]|\\.)*"/g, "0").split(/[[{,]/).length;

test("what is written by column is neither longer nor of more values than by row", () => {
  let transposed = 0;
  fc.assert(
    fc.property(wide, (sent) => {
      const [byColumn, byRow] = [recorder(true), recorder(true, false)].map(({ writer, lines }) => {
        writer.shorten(true);
        writer.send(sent, false);
        return lines[0] ?? "";
      }) as [string, string];
      if (byColumn.includes('"columns"')) transposed++;
      expect(Buffer.byteLength(byColumn)).toBeLessThanOrEqual(Buffer.byteLength(byRow));
      expect(valuesIn(byColumn)).toBeLessThanOrEqual(valuesIn(byRow));
    }),
    { numRuns: 2_000 },
  );
  expect(transposed).toBeGreaterThan(200);
});

test("a list that only fits by row is sent by row", () => {
  const params = Array.from({ length: 100 }, () => ({ text: "\u2028".repeat(100) }));
  const sent = { jsonrpc: "2.0", id: 1, method: "m", params } as const;
  const { writer, lines } = recorder(true);
  writer.shorten(true);
  writer.send(sent, false);
  writer.cap(Buffer.byteLength(lines[0] ?? "") - 1);
  expect(writer.send(sent, false)).toBeUndefined();
  expect(lines.map((line) => line.includes('"columns"'))).toEqual([true, false]);
});

const bytes = new Uint8Array(400_000).fill(9);
const crowd = Array<number>(140_000).fill(1);
let deep: unknown = { bytes };
for (let level = 0; level < 600; level++) deep = { deep };

test.each([
  ["at the top", bytes],
  ["deep, in a small value", { a: [{ b: { c: { d: [{ e: bytes }] } } }] }],
  ["behind more values than are looked at", { crowd, at: [{ last: bytes }] }],
  ["of no bytes, behind them", { crowd, last: new Uint8Array() }],
  ["of a Buffer behind them", { crowd, last: Buffer.from(bytes) }],
  ["deeper than is looked", deep],
  ["shown by toJSON", { toJSON: () => ({ bytes }) }],
  [
    "shown by an object's class",
    new (class {
      #bytes = bytes;
      toJSON = () => ({ bytes: this.#bytes });
    })(),
  ],
  ["as the thousand and first bytes of a message", Array<Uint8Array>(1_100).fill(Uint8Array.of(1, 2))],
])("no array of bytes becomes an object: %s", (_, params) => {
  for (const attaches of [true, false]) {
    const { writer, lines, bytes: sent } = recorder(attaches);
    const each = { jsonrpc: "2.0", method: "m", params } as const;
    expect(writer.send(each, false)).toBeUndefined();
    expect(writer.send(each, false)).toBeUndefined();
    const [seen, again] = received(sent(), [7]) as { message: { params: unknown } }[];
    const shown = "toJSON" in (params as object) ? { bytes } : plain(params);
    deepStrictEqual(seen?.message.params, shown);
    deepStrictEqual(again?.message.params, shown);
    expect(lines.join()).not.toContain('{"0":');
    if (attaches) expect(lines[0]?.length).toBeLessThan(300_000);
  }
});

test.each([
  ["Float64Array", { a: new Float64Array(2) }],
  ["DataView", { a: new DataView(new ArrayBuffer(2)) }],
  ["ArrayBuffer", { a: new ArrayBuffer(2) }],
  ["Uint16Array", { crowd, a: new Uint16Array() }],
])("a %s is refused with what to send instead, not garbled", (kind, params) => {
  const { writer, lines } = recorder(true);
  const refused = writer.send({ jsonrpc: "2.0", method: "m", params }, false);
  expect(refused?.message).toMatch(
    new RegExp(`m cannot be written as JSON: TypeError: params.a: an? ${kind} cannot be sent; send new Uint8Array`),
  );
  expect(lines).toEqual([]);
});

test("bytes are sent as they were when they were sent", () => {
  const { writer, bytes: sent } = recorder(true);
  const mine = new Uint8Array(50_000).fill(1);
  writer.send({ jsonrpc: "2.0", method: "m", params: { mine } }, false);
  mine.fill(2);
  const [seen] = received(sent(), []) as { message: { params: { mine: Uint8Array } } }[];
  expect(seen?.message.params.mine.every((byte) => byte === 1)).toBe(true);
});

test("bytes as a member __proto__ are refused: no receiver would take them", () => {
  const { writer } = recorder(true);
  const params = JSON.parse('{"__proto__":{}}') as { ["__proto__"]: { bytes?: Uint8Array } };
  const inner = Object.getOwnPropertyDescriptor(params, "__proto__")?.value as { bytes?: Uint8Array };
  inner.bytes = Uint8Array.of(1);
  expect(writer.send({ jsonrpc: "2.0", method: "m", params }, false)?.message).toContain("__proto__");
});
