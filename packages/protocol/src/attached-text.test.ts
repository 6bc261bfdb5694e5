import { expect, test } from "vitest";
import { attachedText } from "./attached-text.js";

/** From so many characters on Node keeps what it decodes outside V8's heap. */
const OUTSIDE = 1_031_913;
const MAX = 2 * 1024 * 1024;

/** Pairs that a piece's end splits, a byte that belongs to no character, and halves of pairs. */
const wide = Buffer.from(`${"a😀\ud800".repeat(300_000)}b`, "utf16le");
const samples: [string, Uint8Array, "latin1" | "utf16le"][] = [
  ["nothing", Buffer.alloc(0), "latin1"],
  ["Latin-1", Buffer.from("naïve\0".repeat(200_000), "latin1"), "latin1"],
  ["a part of its memory", Buffer.from(`x${"naïve\n".repeat(200_000)}`, "latin1").subarray(1), "latin1"],
  ["UTF-16", wide, "utf16le"],
  ["UTF-16 of an odd length", wide.subarray(0, -1), "utf16le"],
  ...[OUTSIDE - 1, OUTSIDE, 65_536 * 16, MAX, MAX + 1].map((length): [string, Uint8Array, "latin1"] => [
    `${length} characters`,
    Buffer.alloc(length, "0123456789é", "latin1"),
    "latin1",
  ]),
];

test.each(samples)("in the heap or outside, text is the same: %s", (_, bytes, as) => {
  const expected = Buffer.from(bytes).toString(as);
  expect(attachedText(bytes, as, true)).toBe(expected);
  expect(attachedText(bytes, as, false)).toBe(expected);
});

test.each([
  [OUTSIDE - 1, "latin1", false, "in the heap"],
  [OUTSIDE, "latin1", false, "outside"],
  [OUTSIDE, "latin1", true, "in the heap"],
  [MAX, "latin1", true, "in the heap"],
  [MAX + 1, "latin1", true, "outside"],
  [OUTSIDE, "utf16le", true, "outside"],
] as const)("%i characters of %s, asked for in the heap %s, are %s", (characters, as, inHeap, where) => {
  const bytes = Buffer.alloc(as === "latin1" ? characters : 2 * characters, 65);
  // A collection in between hides some: of a few the largest.
  const grown = Array.from({ length: 5 }, () => {
    const before = process.memoryUsage().external;
    const text = attachedText(bytes, as, inHeap);
    const after = process.memoryUsage().external;
    expect(text).toHaveLength(characters);
    return after - before;
  });
  expect(Math.max(...grown) >= characters ? "outside" : "in the heap").toBe(where);
});
