import { HANG_MARK, type HangReport, MAX_HANG_LINE } from "@outrigger/protocol";
import fc from "fast-check";
import { expect, it } from "vitest";
import { createHangLines } from "./hang-lines.js";

const report = (stalledMs: number): string => `${HANG_MARK}"stalledMs":${stalledMs}}`;

function read(pieces: readonly string[], admit = () => true) {
  const reports: HangReport[] = [];
  const lines = createHangLines(admit, (found) => reports.push(found));
  const text = pieces.map((piece) => lines.push(piece)).join("") + lines.end();
  return { text, stalls: reports.map(({ stalledMs }) => stalledMs) };
}

it("reports are taken out, wherever the text is cut", () => {
  const whole = `one\n${report(1)}\ntwo {"outrigger"\n${report(2)}\r\nthree${report(3)}\nfour{`;
  fc.assert(
    fc.property(fc.array(fc.nat(whole.length), { maxLength: 12 }), (cuts) => {
      const at = [0, ...cuts.sort((a, b) => a - b), whole.length];
      const pieces = at.slice(1).map((end, index) => whole.slice(at[index], end));
      expect(read(pieces)).toEqual({ text: 'one\ntwo {"outrigger"\nthreefour{', stalls: [1, 2, 3] });
    }),
  );
});

it("the last line needs no end", () => {
  expect(read([`x\n${report(1)}`])).toEqual({ text: "x\n", stalls: [1] });
});

it.each([
  ["no JSON", `${HANG_MARK}oops\n`],
  ["another shape", `${HANG_MARK}"stalledMs":"long"}\n`],
  ["too long", `${HANG_MARK}"note":"${"x".repeat(MAX_HANG_LINE)}"}\n`],
  ["unfinished", HANG_MARK],
])("what only looks like a report is the plugin's own text: %s", (_what, text) => {
  expect(read([text])).toEqual({ text, stalls: [] });
  expect(read([...text])).toEqual({ text, stalls: [] });
});

it("a line without end is held back no longer than a report may be", () => {
  const lines = createHangLines(
    () => true,
    () => {},
  );
  expect(lines.push(HANG_MARK)).toBe("");
  expect(lines.push("x".repeat(MAX_HANG_LINE))).toHaveLength(HANG_MARK.length + MAX_HANG_LINE);
});

it("past the rate reports are lines like any", () => {
  let admitted = 0;
  const text = [1, 2, 3].map((stall) => `${report(stall)}\n`);
  expect(read(text, () => ++admitted <= 2)).toEqual({ text: text[2], stalls: [1, 2] });
});
