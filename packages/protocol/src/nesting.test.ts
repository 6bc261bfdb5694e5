import fc from "fast-check";
import { expect, test } from "vitest";
import { textExceeds } from "./nesting.js";

const LONG = 65_536;
const textExceedsDepth = (text: string, depth: number): boolean =>
  textExceeds(text, { depth, values: Number.POSITIVE_INFINITY }) === "depth";
const nested = (depth: number): string => "[".repeat(depth) + "]".repeat(depth);

test("depth is measured in short and long texts, and in those with as many brackets as levels are allowed", () => {
  for (const padding of ["", `"${"x".repeat(LONG)}",`, `${"[],".repeat(20)}`]) {
    const text = (depth: number): string => `[${padding}${nested(depth - 1)}]`;
    expect(textExceedsDepth(text(20), 20)).toBe(false);
    expect(textExceedsDepth(text(21), 20)).toBe(true);
  }
});

test("brackets inside strings do not count, whatever is escaped before them", () => {
  const brackets = fc.string({ unit: fc.constantFrom("[", "{", "]", "}", '"', "\\", "a") });
  fc.assert(
    fc.property(fc.array(brackets), (strings) => {
      const text = JSON.stringify(["x".repeat(LONG), ...strings]);
      expect(textExceedsDepth(text, 1)).toBe(false);
      expect(textExceedsDepth(`[${text}]`, 1)).toBe(true);
    }),
  );
});

test("text that is no JSON is measured without harm", () => {
  for (const text of ['"', "\\", "]", "}", '\\"']) {
    expect(textExceedsDepth(text.repeat(LONG), 10)).toBe(false);
  }
});

test("a hundred thousand brackets are refused in no time", () => {
  expect(textExceedsDepth("[".repeat(100_000), 1000)).toBe(true);
});

test("a long text's values are counted before they are made, not those that only stand in strings", () => {
  const exceeds = (value: unknown, values: number) => textExceeds(JSON.stringify(value), { depth: 1000, values });
  const list = Array.from({ length: 40_000 }, (_, n) => [n, n, ",[{"]);
  // The list, and for each of its own: itself and its three.
  expect(exceeds(list, 1 + 40_000 * 4)).toBeUndefined();
  expect(exceeds(list, 40_000 * 4 - 1)).toBe("values");
  expect(exceeds([",".repeat(LONG)], 2)).toBeUndefined();
});
