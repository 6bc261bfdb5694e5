import fc from "fast-check";
import { expect, test } from "vitest";
import { frameHeader, MAX_ATTACHMENTS } from "./bulk-frame.js";
import { ErrorCode } from "./errors.js";
import { createLineSplitter, type LineSplitter } from "./framing.js";

interface Sent {
  readonly line: string;
  readonly attachments?: readonly Uint8Array[] | undefined;
}

function accepting(maxBytes?: number): LineSplitter {
  const splitter = createLineSplitter(maxBytes);
  splitter.acceptAttachments();
  return splitter;
}

function readAll(splitter: LineSplitter): (Sent & { bytes: number })[] {
  const seen: (Sent & { bytes: number })[] = [];
  for (let line = splitter.next(); line !== undefined; line = splitter.next()) {
    seen.push({ line, attachments: splitter.attachments(), bytes: splitter.lineBytes() });
  }
  return seen;
}

const written = ({ line, attachments }: Sent): Buffer =>
  attachments === undefined
    ? Buffer.from(`${line}\n`)
    : Buffer.concat([Buffer.from(frameHeader(attachments)), ...attachments, Buffer.from(`\n${line}\n`)]);

const text = fc.string({ unit: "binary", maxLength: 40 }).map((line) => line.replaceAll("\n", "").replace(/^\$/, ""));
const message = fc.record(
  { line: text, attachments: fc.array(fc.uint8Array({ maxLength: 300 }), { minLength: 1, maxLength: 4 }) },
  { requiredKeys: ["line"] },
);

test("any chunking of the bytes gives the same lines with the same attachments", () => {
  fc.assert(
    fc.property(fc.array(message), fc.array(fc.nat(400)), (messages, cuts) => {
      const bytes = Buffer.concat(messages.map(written));
      const splitter = accepting();
      const seen: ReturnType<typeof readAll> = [];
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        splitter.push(new Uint8Array(bytes.subarray(at, at + cut)));
        at += cut;
        seen.push(...readAll(splitter));
      }
      expect(seen).toEqual(
        messages.map(({ line, attachments }) => ({
          ...{ line, attachments },
          bytes: Buffer.byteLength(line) + (attachments ?? []).reduce((sum, { length }) => sum + length, 0),
        })),
      );
      expect(splitter.heldBytes()).toBe(0);
      expect(splitter.rest()).toBeUndefined();
    }),
    { numRuns: 500 },
  );
});

test("attachments are plain arrays with memory of their own: they pin no chunk", () => {
  const splitter = accepting();
  splitter.push(written({ line: "x", attachments: [Uint8Array.of(1, 2, 3), new Uint8Array()] }));
  const [{ attachments = [] } = { attachments: [] }] = readAll(splitter);
  expect(attachments.map(({ buffer }) => buffer.byteLength)).toEqual([3, 0]);
  expect(attachments.map((bytes) => bytes.constructor)).toEqual([Uint8Array, Uint8Array]);
});

test("before attachments are accepted a header is a line, and so is what follows", () => {
  const splitter = createLineSplitter();
  splitter.push(Buffer.from("$bulk 3\nabc\n{}\n$bulk 1\n"));
  expect(splitter.next()).toBe("$bulk 3");
  splitter.acceptAttachments();
  expect(readAll(splitter)).toEqual([
    { line: "abc", attachments: undefined, bytes: 3 },
    { line: "{}", attachments: undefined, bytes: 2 },
  ]);
  splitter.push(Buffer.from("\n\n{}\n"));
  expect(readAll(splitter)).toEqual([{ line: "{}", attachments: [Uint8Array.of(10)], bytes: 3 }]);
});

test.each([
  "$bulk",
  "$bulk ",
  "$bulk -1",
  "$bulk 1.5",
  "$bulk 1e3",
  "$bulk NaN",
  "$bulk Infinity",
  "$bulk 1,",
  "$bulk ,1",
  "$bulk 1, 2",
  "$bulk 0x10",
  "$bulk 1000000000000000",
  "$BULK 1",
  " $bulk 1",
  "$5",
])("%j is no header but a stray line", (line) => {
  const splitter = accepting();
  splitter.push(Buffer.from(`${line}\nnext\n`));
  expect(readAll(splitter).map((seen) => seen.line)).toEqual([line, "next"]);
});

test.each([
  ["more than the cap at once", "$bulk 101\n"],
  ["more than the cap in all", "$bulk 60,41\n"],
  ["a length beyond all numbers", "$bulk 999999999999999\n"],
  ["attachments and a line that are more together", `$bulk 60\n${"x".repeat(60)}\n${"y".repeat(41)}`],
])("%s is refused while it is read", (_, sent) => {
  const splitter = accepting(100);
  splitter.push(Buffer.from(sent));
  expect(() => readAll(splitter)).toThrow(expect.objectContaining({ code: ErrorCode.MESSAGE_TOO_LARGE }));
});

test("attachments and a line of exactly the cap together pass", () => {
  const splitter = accepting(100);
  splitter.push(Buffer.from(`$bulk 60\n${"x".repeat(60)}\n${"y".repeat(40)}\n`));
  expect(readAll(splitter)).toMatchObject([{ bytes: 100 }]);
});

test.each([
  ["a missing newline behind the bytes", "$bulk 3\nabcd\n{}\n"],
  ["a second header before the line", "$bulk 1\na\n$bulk 1\nb\n{}\n"],
  ["more attachments than a message may have", `$bulk ${"1,".repeat(MAX_ATTACHMENTS)}1\n`],
  ["a header without end", `$bulk ${"1,".repeat(1_000_000)}1\n`],
])("%s is a violation, not silent corruption", (_, sent) => {
  const splitter = accepting();
  splitter.push(Buffer.from(sent));
  expect(() => readAll(splitter)).toThrow(expect.objectContaining({ code: ErrorCode.PARSE_ERROR }));
});

test.each(["$bulk 10\nabc", "$bulk 3\nabc", "$bulk 3\nabc\n", "$bulk 3"])("%j at the end is no message", (sent) => {
  const splitter = accepting();
  splitter.push(Buffer.from(sent));
  expect(readAll(splitter)).toEqual([]);
  // What came of attachments counts, without the header.
  expect(splitter.rest()).toEqual(sent === "$bulk 3" ? { start: sent, bytes: 7 } : { start: "", bytes: 3 });
});

test("what was announced but did not come costs no memory", () => {
  const before = process.memoryUsage().arrayBuffers;
  const splitters = Array.from({ length: 100 }, () => accepting());
  for (const splitter of splitters) {
    splitter.push(Buffer.from(`$bulk ${32 * 1024 * 1024}\n`));
    readAll(splitter);
  }
  expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(32 * 1024 * 1024);
  expect(splitters.map((splitter) => splitter.heldBytes())).toEqual(splitters.map(() => 0));
});

test("what has come is counted as held, and forgotten when cleared", () => {
  const splitter = accepting();
  splitter.push(Buffer.from("$bulk 10,10\n0123456789abc"));
  readAll(splitter);
  expect(splitter.heldBytes()).toBe(13);
  splitter.push(Buffer.from("defghij\n{}"));
  readAll(splitter);
  expect(splitter.heldBytes()).toBe(22);
  splitter.clear();
  expect(splitter.heldBytes()).toBe(0);
  splitter.push(Buffer.from("line\n"));
  expect(readAll(splitter)).toEqual([{ line: "line", attachments: undefined, bytes: 4 }]);
});
