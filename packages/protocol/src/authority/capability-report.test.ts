import { expect, test } from "vitest";
import { reportCapabilities } from "./capability-report.js";

const granted = new Set(["b", "a"]);

test("what a plugin needs is compared with what it was granted", () => {
  expect(reportCapabilities(["c", "a", "c"], granted, undefined)).toEqual({
    ...{ declared: ["a", "c"], granted: ["a", "b"], missing: ["c"] },
    ...{ added: [], removed: [] },
  });
});

test("what changed since the process before is told", () => {
  const { added, removed, missing } = reportCapabilities(["a", "c"], granted, ["a", "b"]);
  expect([added, removed, missing]).toEqual([["c"], ["b"], ["c"]]);
});

test("a plugin that does not say needs nothing, and has changed nothing", () => {
  for (const before of [undefined, ["a"]]) {
    expect(reportCapabilities(undefined, granted, before)).toMatchObject({
      ...{ declared: undefined, added: [], removed: [], missing: [] },
    });
  }
  expect(reportCapabilities(["a"], granted, undefined)).toMatchObject({ added: [], removed: [], missing: [] });
});
