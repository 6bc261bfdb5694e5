import fc from "fast-check";
import { expect, test } from "vitest";
import { createPendingCalls } from "./pending-calls.js";

interface Entry {
  readonly deadline: number;
}

type Step = ["add", number] | ["take", number] | ["expire", number] | ["takeAll"];

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 6, arbitrary: fc.tuple(fc.constant("add" as const), fc.nat(100)) },
  { weight: 4, arbitrary: fc.tuple(fc.constant("take" as const), fc.nat(200)) },
  { weight: 1, arbitrary: fc.tuple(fc.constant("expire" as const), fc.nat(100)) },
  { weight: 1, arbitrary: fc.constant(["takeAll"] as ["takeAll"]) },
);

// The ring's arithmetic is bitwise: ids on both sides of 2^31, 2^32 and 2^53 must behave like small ones.
test.each([0, 2 ** 31 - 20, 2 ** 32 - 20, Number.MAX_SAFE_INTEGER - 20])(
  "whatever is done to it, the table is a map whose entries leave exactly once (ids after %d)",
  (lastId) => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 400 }), (steps) => {
        const table = createPendingCalls<Entry>(150, lastId);
        const model = new Map<number, Entry>();
        const known: number[] = [];
        for (const [name, number] of steps) {
          if (name === "add") {
            const entry = { deadline: number };
            const id = table.add(entry);
            if (model.size === 150) expect(id).toBeUndefined();
            else {
              expect(model.has(id as number)).toBe(false);
              expect(Number.isSafeInteger(id) && (id as number) > 0).toBe(true);
              model.set(id as number, entry);
              known.push(id as number);
            }
          } else if (name === "take") {
            const id = known[number] ?? number;
            expect(table.get(id)).toBe(model.get(id));
            expect(table.take(id)).toBe(model.get(id));
            model.delete(id);
          } else {
            const due = [...model].filter(([, entry]) => name === "takeAll" || entry.deadline <= (number as number));
            const taken = name === "takeAll" ? table.takeWhere(() => true) : table.takeExpired(number as number);
            expect(new Map(taken)).toEqual(new Map(due));
            for (const [id] of due) model.delete(id);
          }
          expect(table.size()).toBe(model.size);
          expect(table.nextDeadline()).toBe(Math.min(...[...model.values()].map(({ deadline }) => deadline)));
        }
      }),
      { numRuns: 60 },
    );
  },
);

test("ids that are none are unknown", () => {
  const table = createPendingCalls<Entry>(10);
  table.add({ deadline: 1 });
  for (const id of ["1", null, undefined, Number.NaN, 1.5, -1, 0, 65, 2 ** 32 + 1, {}, [1], true]) {
    expect(table.take(id)).toBeUndefined();
  }
  expect(table.size()).toBe(1);
});

test("an id given out before is told from one nobody gave out", () => {
  const table = createPendingCalls<Entry>(10);
  const id = table.add({ deadline: 1 }) as number;
  table.take(id);
  expect(table.wasIssued(id)).toBe(true);
  expect([0, id + 1, "1", 0.5, null].map((other) => table.wasIssued(other))).toEqual(Array(5).fill(false));
});
