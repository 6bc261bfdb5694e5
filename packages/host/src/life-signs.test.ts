import { expect, it } from "vitest";
import { lifeSigns, type PipeCounters } from "./life-signs.js";

const counters: PipeCounters = { messages: 5, strayLines: 1, bytes: 100, unsentBytes: 50 };

it.each<[string, Partial<PipeCounters>, boolean]>([
  ["nothing", {}, false],
  ["a message", { messages: 6, bytes: 150 }, true],
  ["a part of a message", { bytes: 150 }, true],
  ["a stray line, which a child of it may have written", { bytes: 150, strayLines: 2 }, false],
  ["a message among stray lines", { messages: 6, bytes: 150, strayLines: 2 }, true],
  ["it read from its backlog", { unsentBytes: 10 }, true],
  ["the host wrote more", { unsentBytes: 90 }, false],
])("%s", (_what, change, isSign) => {
  let now = counters;
  const heard = lifeSigns(() => now);
  expect(heard()).toBe(false);
  now = { ...counters, ...change };
  expect(heard()).toBe(isSign);
  expect(heard()).toBe(false);
});
