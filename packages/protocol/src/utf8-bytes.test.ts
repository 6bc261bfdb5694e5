import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8Bytes } from "./utf8-bytes.js";

/** As on V8 before 14, whichever runs this. */
const asHex = (text: string): string => Buffer.from(utf8Bytes(text, true)).toString("hex");

test.each([
  ["ASCII", "plain"],
  ["Latin-1", "geprüft"],
  ["beyond Latin-1", "参照 – 𝒳"],
  ["halves of pairs", "a\ud800b\udc00– \ud83d"],
  ["nothing", ""],
])("the same bytes as a Buffer: %s", (_, text) => {
  expect(asHex(text)).toBe(Buffer.from(text).toString("hex"));
  expect(utf8Bytes(text, false)).toEqual(Buffer.from(text));
});

test("the same bytes as a Buffer: whatever a string may hold", () =>
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.string({ unit: "grapheme" }), (any, shown) => {
      expect(asHex(any + shown)).toBe(Buffer.from(any + shown).toString("hex"));
    }),
  ));

test("text of any length has bytes of its own, which the next text leaves alone", () => {
  const texts = [1, 65_534, 65_535, 65_536, 65_537, 200_000].map((length) => "参照–".repeat(length).slice(0, length));
  const made = texts.map((text) => utf8Bytes(text, true));
  for (const [at, text] of texts.entries()) expect(Buffer.compare(Buffer.from(text), made[at] as Uint8Array)).toBe(0);
});
