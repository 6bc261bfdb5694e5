import fc from "fast-check";
import { expect, it } from "vitest";
import { type GrantedRestarts, grantRestart } from "./restart-budget.js";

it("no period of the budget's length ever holds more restarts than it allows", () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 5 }),
      fc.integer({ min: 1, max: 100 }),
      fc.array(fc.nat(60), { maxLength: 60 }),
      (restarts, periodMs, gaps) => {
        let granted: GrantedRestarts = [];
        let now = 0;
        const times: number[] = [];
        for (const gap of gaps) {
          now += gap;
          const grant = grantRestart({ restarts, periodMs }, granted, now);
          expect(grant.at).toBeGreaterThanOrEqual(now);
          expect(grant.granted.length).toBeLessThanOrEqual(restarts);
          granted = grant.granted;
          times.push(grant.at);
        }
        for (const start of times) {
          expect(times.filter((at) => at >= start && at < start + periodMs).length).toBeLessThanOrEqual(restarts);
        }
      },
    ),
  );
});

it("a restart within the budget is not delayed", () => {
  expect(grantRestart({ restarts: 2, periodMs: 100 }, [50], 60).at).toBe(60);
  expect(grantRestart({ restarts: 2, periodMs: 100 }, [50, 60], 70).at).toBe(150);
});
