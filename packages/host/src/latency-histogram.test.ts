import fc from "fast-check";
import { expect, it } from "vitest";
import { createLatencyHistogram } from "./latency-histogram.js";

const recorded = (values: readonly number[]) => {
  const histogram = createLatencyHistogram();
  for (const value of values) histogram.record(value, 1);
  return histogram;
};

it("tells a quantile to within a sixteenth, never too low, and the maximum as it is", () => {
  const ms = fc.oneof(fc.double({ min: 0.05, max: 10, noNaN: true }), fc.double({ min: 1, max: 4e6, noNaN: true }));
  fc.assert(
    fc.property(
      fc.array(ms, { minLength: 1, maxLength: 200 }),
      fc.constantFrom(0.5, 0.95, 0.99, 1),
      (values, share) => {
        const histogram = recorded(values);
        const sorted = [...values].sort((a, b) => a - b);
        const exact = sorted[Math.ceil(share * values.length) - 1] as number;
        const told = histogram.quantile(share) as number;
        expect(told).toBeGreaterThanOrEqual(exact);
        // A unit of 1/1024 ms counts where values are small.
        expect(told).toBeLessThanOrEqual(exact * 1.0625 + 1 / 1024);
        expect([histogram.max(), histogram.count()]).toEqual([sorted.at(-1), values.length]);
      },
    ),
  );
});

it("counts what is recorded several times at once as often", () => {
  const histogram = createLatencyHistogram();
  histogram.record(100, 1);
  histogram.record(1, 8);
  expect([histogram.count(), histogram.max()]).toEqual([9, 100]);
  expect(histogram.quantile(8 / 9)).toBeLessThan(1.1);
  expect(histogram.quantile(1)).toBe(100);
});

it("takes what no clock should say, and what takes days", () => {
  const histogram = recorded([0, -5, Number.NaN, 2 ** 31 - 1]);
  expect(histogram.quantile(0.5)).toBeLessThan(0.001);
  expect([histogram.quantile(1), histogram.max()]).toEqual([expect.any(Number), 2 ** 31 - 1]);
  expect(histogram.quantile(1)).toBeGreaterThan(70 * 60_000 * 0.99);
  expect(createLatencyHistogram().quantile(0.5)).toBeUndefined();
});
