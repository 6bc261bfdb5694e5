import fc from "fast-check";
import { expect, test } from "vitest";
import { createLogLines } from "./log-lines.js";
import { createStderrTail } from "./stderr-tail.js";

const pieces = fc.array(fc.string({ unit: fc.constantFrom("a", "b", " ", "\n", "\r", "é", "😀") }));

test("lines do not depend on how the text was cut into pieces", () => {
  const linesOf = (texts: readonly string[]): string[] => {
    const lines = createLogLines(20);
    return [...texts.flatMap((text) => lines.push(text)), ...lines.end()];
  };
  fc.assert(
    fc.property(pieces, (texts) => {
      expect(linesOf(texts)).toEqual(linesOf([texts.join("")]));
    }),
  );
});

test("no line is longer than the bound and what says how much was cut", () => {
  fc.assert(
    fc.property(pieces, fc.integer({ min: 1, max: 5 }), (texts, max) => {
      const lines = createLogLines(max);
      for (const line of [...texts.flatMap((text) => lines.push(text)), ...lines.end()]) {
        expect(line.replace(/… \(\d+ characters more\)$/, "").length).toBeLessThanOrEqual(max);
      }
    }),
  );
});

test("the tail is the end of the text, never longer than its bound, never half a character", () => {
  fc.assert(
    fc.property(pieces, fc.integer({ min: 2, max: 30 }), (texts, max) => {
      const tail = createStderrTail(max);
      for (const text of texts) tail.push(text);
      const all = texts.join("");
      expect(tail.text.length).toBeGreaterThanOrEqual(Math.min(all.length, max - 1));
      expect(tail.text.length).toBeLessThanOrEqual(max);
      expect(all.endsWith(tail.text)).toBe(true);
      expect(tail.text).not.toMatch(/^[\udc00-\udfff]/);
    }),
  );
});
