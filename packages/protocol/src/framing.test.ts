import fc from "fast-check";
import { expect, test } from "vitest";
import { collectGarbage, heldHeapBytes } from "../test/collect-garbage.js";
import { ErrorCode } from "./errors.js";
import { createLineSplitter, type LineSplitter } from "./framing.js";
import { escapeLineSeparators } from "./written-envelope.js";

function readAll(splitter: LineSplitter): string[] {
  const lines: string[] = [];
  for (let line = splitter.next(); line !== undefined; line = splitter.next()) lines.push(line);
  return lines;
}

const text = fc.string({ unit: "binary", maxLength: 40 }).map((line) => line.replaceAll("\n", ""));

const restOf = (text: string): object | undefined =>
  text === "" || text === "\r" ? undefined : { start: text, bytes: Buffer.byteLength(text) };

test("any chunking of the bytes gives the same lines", () => {
  fc.assert(
    fc.property(fc.array(text), text, fc.array(fc.nat(30)), (lines, rest, cuts) => {
      const bytes = Buffer.from(lines.map((line) => `${line}\n`).join("") + rest);
      const splitter = createLineSplitter();
      const seen: string[] = [];
      let at = 0;
      for (const cut of [...cuts, bytes.length]) {
        splitter.push(new Uint8Array(bytes.subarray(at, at + cut)));
        at += cut;
        seen.push(...readAll(splitter));
      }
      expect(seen).toEqual(lines);
      expect(splitter.heldBytes()).toBe(Buffer.byteLength(rest));
      expect(splitter.rest()).toEqual(restOf(rest));
      splitter.clear();
      expect(splitter.heldBytes()).toBe(0);
    }),
  );
});

test("memory that is used again for each chunk gives the same lines, read at once or not", () => {
  fc.assert(
    fc.property(
      fc.array(text),
      text,
      fc.array(fc.record({ bytes: fc.nat(30), read: fc.nat(3) })),
      (lines, rest, steps) => {
        const bytes = Buffer.from(lines.map((line) => `${line}\n`).join("") + rest);
        const memory = Buffer.alloc(bytes.length);
        const splitter = createLineSplitter();
        const seen: string[] = [];
        let at = 0;
        for (const step of [...steps, { bytes: bytes.length, read: 0 }]) {
          const chunk = memory.subarray(0, bytes.copy(memory, 0, at, at + step.bytes));
          at += chunk.length;
          splitter.push(chunk);
          // A reader whose turn is over leaves lines where they are.
          for (let line = 0; line < step.read; line++) seen.push(...[splitter.next()].flatMap((one) => one ?? []));
          splitter.own();
          memory.fill(0x0a);
        }
        expect([...seen, ...readAll(splitter)]).toEqual(lines);
        expect(splitter.rest()).toEqual(restOf(rest));
      },
    ),
  );
});

test("lines and attachments in any order come whole out of memory that is used again", () => {
  const attached = fc.uint8Array({ minLength: 1, maxLength: 20 });
  const message = fc.record({ line: text.filter((line) => !line.startsWith("$")), attached: fc.option(attached) });
  fc.assert(
    fc.property(
      fc.array(message, { maxLength: 30 }),
      fc.array(fc.record({ bytes: fc.nat(200), read: fc.nat(8) })),
      (messages, steps) => {
        const bytes = Buffer.concat(
          messages.flatMap(({ line, attached }) => [
            ...(attached === null ? [] : [Buffer.from(`$bulk ${attached.length}\n`), attached, Buffer.from("\n")]),
            Buffer.from(`${line}\n`),
          ]),
        );
        const memory = Buffer.alloc(bytes.length);
        const splitter = createLineSplitter();
        splitter.acceptAttachments();
        const seen: unknown[] = [];
        const read = (atMost: number): void => {
          for (let line = splitter.next(); line !== undefined; line = splitter.next()) {
            seen.push({ line, attached: splitter.attachments()?.[0] ?? null });
            if (--atMost === 0) return;
          }
        };
        let at = 0;
        for (const step of [...steps, { bytes: bytes.length, read: 1 }]) {
          const chunk = memory.subarray(0, bytes.copy(memory, 0, at, at + step.bytes));
          at += chunk.length;
          splitter.push(chunk);
          if (step.read > 0) read(step.read);
          splitter.own();
          memory.fill(0x0a);
        }
        read(Number.POSITIVE_INFINITY);
        expect(seen).toEqual(messages);
        expect(splitter.heldBytes()).toBe(0);
      },
    ),
  );
});

test("memory that is used again may hold attachments behind lines that were not read yet", () => {
  const splitter = createLineSplitter();
  splitter.acceptAttachments();
  const memory = Buffer.from("a\nb\n$bulk 3\nx\nz\n{}\nc\nd");
  splitter.push(memory);
  expect(splitter.next()).toBe("a");
  splitter.own();
  memory.fill(0x2a);
  expect(splitter.next()).toBe("b");
  splitter.own();
  expect(splitter.next()).toBe("{}");
  expect(splitter.attachments()?.map((bytes) => Buffer.from(bytes).toString())).toEqual(["x\nz"]);
  expect(readAll(splitter)).toEqual(["c"]);
  expect(splitter.heldBytes()).toBe(1);
  expect(splitter.rest()).toEqual(restOf("d"));
});

test("of what is left four KB are shown, however much it is", () => {
  const splitter = createLineSplitter();
  for (let piece = 0; piece < 3; piece++) splitter.push(Buffer.alloc(3_000, "x"));
  expect(splitter.next()).toBe(undefined);
  expect(splitter.rest()).toEqual({ start: "x".repeat(4_096), bytes: 9_000 });
});

test("only 0x0A ends a line: separators of other alphabets do not", () => {
  const splitter = createLineSplitter();
  splitter.push(Buffer.from("a\u2028b\u2029c\rd\u0085e\n"));
  expect(readAll(splitter)).toEqual(["a\u2028b\u2029c\rd\u0085e"]);
});

test.each([8_191, 8_192, 8_193, 8_194])("a chunk whose last newline is its byte %i gives its lines", (last) => {
  for (const accepts of [false, true]) {
    const splitter = createLineSplitter();
    if (accepts) splitter.acceptAttachments();
    splitter.push(Buffer.from(`{"a":1}\n${"x".repeat(last - 8)}\n`));
    expect([splitter.next(), splitter.next()?.length, splitter.next()]).toEqual(['{"a":1}', last - 8, undefined]);
    expect(splitter.heldBytes()).toBe(0);
  }
});

test("a line tells its size in bytes, split or not", () => {
  const splitter = createLineSplitter();
  splitter.push(Buffer.from("né\nn"));
  splitter.next();
  expect(splitter.lineBytes()).toBe(3);
  splitter.next();
  splitter.push(Buffer.from("é\n"));
  expect(splitter.next()).toBe("né");
  expect(splitter.lineBytes()).toBe(3);
  splitter.push(Buffer.from("éé\né\né\n"));
  expect([splitter.next(), splitter.lineBytes()]).toEqual(["éé", 4]);
  expect([splitter.next(), splitter.lineBytes()]).toEqual(["é", 2]);
  expect([splitter.next(), splitter.lineBytes()]).toEqual(["é", 2]);
});

test("a line of exactly the cap passes, one more byte is refused before its end has come", () => {
  const splitter = createLineSplitter(8);
  splitter.push(Buffer.from("12345678\n1234"));
  expect(splitter.next()).toBe("12345678");
  splitter.push(Buffer.from("56789"));
  expect(() => splitter.next()).toThrow(expect.objectContaining({ code: ErrorCode.MESSAGE_TOO_LARGE }));
});

test("a line that ends with its chunk keeps no memory of it", () => {
  const splitter = createLineSplitter();
  const held: number[] = [];
  for (let round = 0; round < 2; round++) {
    for (let count = 0; count < 500; count++) {
      const chunk = Buffer.alloc(65_536, "x");
      chunk[65_535] = 0x0a;
      splitter.push(chunk);
      readAll(splitter);
    }
    collectGarbage();
    held.push(process.memoryUsage().arrayBuffers);
  }
  expect((held[1] as number) - (held[0] as number)).toBeLessThan(250 * 65_536);
});

test("a line sent byte by byte costs bytes, not an object for each", () => {
  const splitter = createLineSplitter();
  const before = heldHeapBytes();
  const bytes = Buffer.alloc(300_000, "x");
  for (let at = 0; at < bytes.length; at++) {
    splitter.push(bytes.subarray(at, at + 1));
    splitter.next();
  }
  expect(heldHeapBytes() - before).toBeLessThan(3 * bytes.length);
  splitter.push(Buffer.from("\n"));
  expect(splitter.next()).toBe(bytes.toString());
});

test("a cleared splitter holds nothing and starts anew", () => {
  const splitter = createLineSplitter();
  splitter.push(Buffer.from("one\ntw"));
  splitter.next();
  splitter.next();
  splitter.clear();
  expect(splitter.heldBytes()).toBe(0);
  splitter.push(Buffer.from("three\n"));
  expect(readAll(splitter)).toEqual(["three"]);
});

test("line and paragraph separators are escaped, everything else stays as it is", () => {
  const json = JSON.stringify({ "a\u2028": "b\u2029c", d: "é\u2027" });
  const escaped = escapeLineSeparators(json);
  expect(escaped).toBe('{"a\\u2028":"b\\u2029c","d":"é\u2027"}');
  expect(JSON.parse(escaped)).toEqual(JSON.parse(json));
});
