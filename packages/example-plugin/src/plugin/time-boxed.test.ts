import { expect, test } from "vitest";
import { timeBoxed } from "./time-boxed.js";

test("what it returns and throws comes through", () => {
  const value = { a: 1 };
  expect(timeBoxed(() => value, 1000)).toBe(value);
  const error = new RangeError("too deep");
  expect(() =>
    timeBoxed(() => {
      throw error;
    }, 1000),
  ).toThrow(error);
});

test("an endless loop ends, and the next task runs", () => {
  expect(() =>
    timeBoxed(() => {
      for (;;);
    }, 20),
  ).toThrow("it took more than 20 ms");
  expect(timeBoxed(() => 1, 1000)).toBe(1);
});
