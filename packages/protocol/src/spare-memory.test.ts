import { expect, test } from "vitest";
import { createSpareMemory } from "./spare-memory.js";

test("memory is given out once, to what fills at least half of it", () => {
  const { give, take } = createSpareMemory();
  const memory = new Uint8Array(100);
  expect(take(100)).toBeUndefined();
  for (const length of [100, 50]) {
    give(memory.subarray(10, 20));
    const taken = take(length) as Uint8Array;
    expect([taken.buffer, taken.byteOffset, taken.byteLength]).toEqual([memory.buffer, 0, length]);
    expect(take(length)).toBeUndefined();
  }
  give(memory);
  expect([take(101), take(49)]).toEqual([undefined, undefined]);
  expect(take(99)?.buffer).toBe(memory.buffer);
});
