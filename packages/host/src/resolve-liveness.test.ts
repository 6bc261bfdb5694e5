import { expect, it } from "vitest";
import { type LivenessOption, resolveLiveness } from "./resolve-liveness.js";

it.each<[string, LivenessOption | undefined, LivenessOption | undefined, object | false]>([
  ["nothing given", undefined, undefined, { pingMs: 5_000, unresponsiveAfterMs: 10_000, onHang: "restart" }],
  ["a shorter silence has more pings", { unresponsiveAfterMs: 1_000 }, undefined, { pingMs: 500 }],
  ["a longer one has not fewer", { unresponsiveAfterMs: 60_000 }, undefined, { pingMs: 5_000 }],
  [
    "the worker's own go before the host's",
    { onHang: "report", pingMs: 100 },
    { pingMs: 200 },
    { onHang: "report", pingMs: 200 },
  ],
  ["off for the host", false, undefined, false],
  ["off for a worker", {}, false, false],
  ["on for a worker", false, {}, { pingMs: 5_000 }],
])("%s", (_what, host, worker, expected) => {
  const resolved = resolveLiveness(host, worker);
  if (expected === false) expect(resolved).toBe(false);
  else expect(resolved).toMatchObject(expected);
});

it.each<[LivenessOption, RegExp]>([
  [{ unresponsiveAfterMs: 0 }, /^liveness\.unresponsiveAfterMs: expected ms from 1/],
  [{ unresponsiveAfterMs: 50 }, /^liveness\.unresponsiveAfterMs: expected at least 100 ms, got 50/],
  [{ pingMs: Number.NaN }, /^liveness\.pingMs: expected ms/],
  [{ pingMs: 6_000 }, /^liveness\.pingMs: expected at most 5000, half of unresponsiveAfterMs, got 6000/],
  [{ onHang: "kill" as "report" }, /^liveness\.onHang: expected "report" or "restart", got "kill"/],
])("%o is refused by name", (option, message) => {
  expect(() => resolveLiveness(option, undefined)).toThrow(message);
  expect(() => resolveLiveness(undefined, option)).toThrow(message);
});
