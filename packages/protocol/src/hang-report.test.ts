import { expect, it } from "vitest";
import { describeHang, HANG_MARK, MAX_HANG_LINE, parseHangReport } from "./hang-report.js";

const line = (rest: object): string => `${HANG_MARK}${JSON.stringify(rest).slice(1)}`;
const place = { functionName: "spin", file: "/app/plugin.ts", line: 12, column: 5 };

it("a report is read from its line", () => {
  const report = parseHangReport(line({ ...place, stalledMs: 1_000, memory: { rss: 5 }, cpu: 99, stack: [place] }));
  expect(report).toEqual({ ...place, stalledMs: 1_000, memory: { rss: 5 }, cpu: 99, stack: [place] });
});

it("a report without a place is one, and says why", () => {
  const report = parseHangReport(line({ stalledMs: 1_000, note: "not in JavaScript" }));
  expect(report).toEqual({ stalledMs: 1_000, note: "not in JavaScript", stack: [] });
  expect(report && describeHang(report)).toBe(": not in JavaScript");
});

it.each([
  "",
  "hello",
  HANG_MARK,
  `${HANG_MARK}}`,
  line({ stalledMs: "soon" }),
  line({ stalledMs: 1, stack: Array(33).fill(place) }),
  line({ stalledMs: 1, file: "x".repeat(3_000) }),
  line({ stalledMs: 1, padding: "x".repeat(MAX_HANG_LINE) }),
  `${HANG_MARK}"stalledMs":${"[".repeat(5_000)}`,
])("what only looks like one is none: %.60j", (text) => {
  expect(parseHangReport(text)).toBeUndefined();
});

it("a place reads as in a stack trace", () => {
  expect(describeHang({ ...place, stalledMs: 1, stack: [] })).toBe(" in spin (/app/plugin.ts:12:5)");
  expect(describeHang({ ...place, functionName: "", stalledMs: 1, stack: [] })).toBe(" in /app/plugin.ts:12:5");
  expect(describeHang({ stalledMs: 1, stack: [] })).toBe(" in an unknown place");
});
