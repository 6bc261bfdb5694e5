import fc from "fast-check";
import { expect, test } from "vitest";
import { utf8Bytes } from "./utf8-bytes.js";

const asText = (text: string): string => Buffer.from(utf8Bytes(text)).toString("hex");

test.each([
  ["ASCII", "plain"],
  ["Latin-1", "geprüft"],
  ["beyond Latin-1", "参照 – 𝒳"],
  ["halves of pairs", "a\ud800b\udc00– \ud83d"],
  ["nothing", ""],
])("the same bytes as a Buffer: %s", (_, text) => expect(asText(text)).toBe(Buffer.from(text).toString("hex")));

test("the same bytes as a Buffer: whatever a string may hold", () =>
  fc.assert(
    fc.property(fc.string({ unit: "binary", maxLength: 200 }), fc.string({ unit: "grapheme" }), (any, shown) => {
      expect(asText(any + shown)).toBe(Buffer.from(any + shown).toString("hex"));
    }),
  ));
