import { expect, test } from "vitest";
import { createNumberText } from "./number-text.js";

test.each([0, 1, 9, 10, 999, 1000, 1001, 1010, 1999, 2000, 999_999, 1_000_000, 123_456_789, Number.MAX_SAFE_INTEGER])(
  "the text of %d",
  (number) => {
    expect(createNumberText()(number)).toBe(String(number));
    expect(createNumberText("k.")(number)).toBe(`k.${number}`);
  },
);

test("numbers in any order, behind two prefixes at once", () => {
  const [plain, behind] = [createNumberText(), createNumberText("a.")];
  for (const number of [5, 1005, 4, 2005, 1006, 2005, 999, 1000]) {
    expect(plain(number)).toBe(`${number}`);
    expect(behind(number * 7)).toBe(`a.${number * 7}`);
  }
});
