import { once } from "node:events";
import { PassThrough } from "node:stream";
import { expect, test } from "vitest";
import { createLogLines } from "./log-lines.js";
import { readStderr } from "./stderr-reader.js";
import { createStderrTail } from "./stderr-tail.js";

test("the tail is the end of what was pushed, whatever the pieces", () => {
  const all = Array.from({ length: 500 }, (_, index) => `line ${index}\n`);
  for (const size of [1, 7, 1000]) {
    const tail = createStderrTail(100);
    for (let at = 0; at < all.length; at += size) tail.push(all.slice(at, at + size).join(""));
    expect(tail.text).toBe(all.join("").slice(-100));
  }
});

test("the tail keeps 8,000 characters unless told otherwise, also of one huge piece", () => {
  const tail = createStderrTail();
  tail.push("a".repeat(1_000_000));
  tail.push("b");
  expect(tail.text).toBe(`${"a".repeat(7_999)}b`);
});

test("the tail does not begin with half a character", () => {
  const tail = createStderrTail(5);
  tail.push("😀😀😀");
  expect(tail.text).toBe("😀😀");
});

test("lines are put together from pieces; their ends and blank lines are left out", () => {
  const lines = createLogLines();
  expect(lines.push("one\r\ntw")).toEqual(["one"]);
  expect(lines.push("o\n\n  \nthr")).toEqual(["two"]);
  expect(lines.push("ee")).toEqual([]);
  expect(lines.end()).toEqual(["three"]);
  expect(lines.end()).toEqual([]);
});

test("a line without end is held up to the bound only, and the next line is whole", () => {
  const lines = createLogLines(10);
  for (let index = 0; index < 1_000; index++) expect(lines.push("x".repeat(100))).toEqual([]);
  expect(lines.push("\nnext\n")).toEqual([`${"x".repeat(10)}… (99990 characters more)`, "next"]);
});

const reading = () => {
  const stderr = new PassThrough();
  const seen: string[] = [];
  return { stderr, seen, reader: readStderr(stderr, { onLine: (line) => seen.push(line) }) };
};

test("a reader passes lines on, keeps the tail, and ends with what had no newline", async () => {
  const { stderr, seen, reader } = reading();
  stderr.end("one\ntwo\nlast words");
  await reader.ended;
  expect(seen).toEqual(["one", "two", "last words"]);
  expect(reader.tail).toBe("one\ntwo\nlast words");
});

test("characters cut in two by a chunk arrive whole; bytes that are no UTF-8 arrive as replacements", async () => {
  const { stderr, seen, reader } = reading();
  for (const byte of Buffer.from("né😀\n")) stderr.write(Uint8Array.of(byte));
  stderr.end(Uint8Array.of(0xf0, 0x9f));
  await reader.ended;
  expect(seen).toEqual(["né😀", "�"]);
});

test.each(["closed before", "destroyed after", "failed after"])("a stream %s ends the reader", async (when) => {
  const stderr = new PassThrough({ autoDestroy: false });
  if (when === "closed before") await once(stderr.destroy(), "close");
  const reader = readStderr(stderr, { onLine: () => {} });
  if (when === "destroyed after") stderr.destroy();
  if (when === "failed after") stderr.emit("error", new Error("read ECONNRESET"));
  await expect(reader.ended).resolves.toBeUndefined();
});

test("a stream that somebody gave an encoding is read", async () => {
  const { stderr, seen, reader } = reading();
  stderr.setEncoding("utf8");
  stderr.end("né😀\n");
  await reader.ended;
  expect(seen).toEqual(["né😀"]);
});

test("a stopped reader tells nothing any more, not even what it had read", async () => {
  const stderr = new PassThrough({ highWaterMark: 1 << 20 });
  const seen: string[] = [];
  let told = 0;
  const reader = readStderr(stderr, {
    onLine(line) {
      seen.push(line.slice(0, 1));
      reader.stop();
      told ||= seen.length;
    },
  });
  stderr.end(`${"a".repeat(2_000)}\n${"b".repeat(2_000)}\n${"c\n".repeat(2_000)}`);
  await once(stderr, "end");
  await new Promise(setImmediate);
  // The line that was begun is its last words.
  expect([seen, told]).toEqual([["a", "b"], 2]);
});

test("a chunk full of short lines does not get the event loop for itself, and none is lost", async () => {
  const stderr = new PassThrough({ highWaterMark: 1 << 20 });
  let lines = 0;
  const reader = readStderr(stderr, {
    onLine: () => {
      for (let spent = 0; spent < 2_000; spent++) Math.sqrt(spent);
      lines++;
    },
  });
  const seen = new Promise<number>((resolve) => {
    stderr.once("data", () => setImmediate(() => resolve(lines)));
  });
  stderr.end("a\n".repeat(32_768));
  expect(await seen).toBeLessThan(32_768);
  await reader.ended;
  expect(lines).toBe(32_768);
});
