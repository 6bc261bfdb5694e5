import { afterEach, expect, test } from "vitest";
import { systemClock } from "./clock.js";

const { hrtime } = process;
afterEach(() => {
  process.hrtime = hrtime;
});

test("the clock tells milliseconds, and is one that a test can replace after this was loaded", () => {
  process.hrtime = Object.assign(() => [5, 250_000_000] as [number, number], { bigint: hrtime.bigint });
  expect(systemClock.now()).toBe(5250);
});
