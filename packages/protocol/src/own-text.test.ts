import { expect, test } from "vitest";
import { heldHeapBytes } from "../test/collect-garbage.js";
import { ownText } from "./own-text.js";
import { excerpt } from "./peer-report.js";

test.each(["", "a", "ü", "参照", "\ud800 half", '"\\\n\u2028'])("says the same: %j", (text) => {
  expect(ownText(text)).toBe(text);
});

test("the beginning of a line keeps nothing of the rest in memory", () => {
  const before = heldHeapBytes();
  const longLine = (n: number): string =>
    JSON.parse(`"${String.fromCharCode(97 + n).repeat(4 * 1024 * 1024)}"`) as string;
  const kept = Array.from({ length: 20 }, (_, n) => excerpt(longLine(n)));
  expect(heldHeapBytes() - before).toBeLessThan(20 * 1024 * 1024);
  expect(kept[1]).toBe(`${"b".repeat(200)}… (4194304 characters)`);
});
