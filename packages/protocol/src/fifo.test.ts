import fc from "fast-check";
import { expect, test } from "vitest";
import { collectGarbage, heldHeapBytes } from "../test/collect-garbage.js";
import { createFifo } from "./fifo.js";

const step = fc.oneof(
  fc.record({ push: fc.integer({ min: 1, max: 3_000 }) }),
  fc.record({ shift: fc.integer({ min: 1, max: 3_000 }) }),
  fc.constant({ clear: true }),
);

test("what went in first comes out first, however many there are", () => {
  fc.assert(
    fc.property(fc.array(step, { maxLength: 30 }), (steps) => {
      const fifo = createFifo<number>();
      let [oldest, next] = [0, 0];
      for (const each of steps) {
        if ("push" in each) for (let count = 0; count < each.push; count++) fifo.push(next++);
        else if ("shift" in each) {
          const taken = Array.from({ length: each.shift }, () => fifo.shift());
          const expected = taken.map(() => (oldest < next ? oldest++ : undefined));
          // One comparison for all: there are a million of them.
          expect(taken.join()).toBe(expected.join());
        } else {
          fifo.clear();
          oldest = next;
        }
        expect(fifo.length()).toBe(next - oldest);
      }
    }),
    { numRuns: 300 },
  );
});

test("what was taken is held no more", async () => {
  const fifo = createFifo<object>();
  const refs: WeakRef<object>[] = [];
  for (let count = 0; count < 3_000; count++) {
    const item = { count };
    refs.push(new WeakRef(item));
    fifo.push(item);
  }
  for (let count = 0; count < 1_000; count++) fifo.shift();
  // A reference that was just made holds on to its target until the turn is over.
  await new Promise((resolve) => setImmediate(resolve));
  collectGarbage();
  expect(refs.filter((ref) => ref.deref() !== undefined).length).toBeLessThanOrEqual(2_001);
  expect(fifo.length()).toBe(2_000);
});

test("it takes no more for what went through it", () => {
  const fifo = createFifo<number>();
  for (let count = 0; count < 2_000; count++) fifo.push(count);
  const before = heldHeapBytes();
  for (let count = 0; count < 1_000_000; count++) {
    fifo.push(count);
    fifo.shift();
  }
  expect(heldHeapBytes() - before).toBeLessThan(1_000_000);
  expect(fifo.length()).toBe(2_000);
});
