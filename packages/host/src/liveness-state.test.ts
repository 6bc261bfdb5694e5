import { expect, it } from "vitest";
import { type LivenessFinding, look, pingSent, ponged, startLiveness } from "./liveness-state.js";

const settings = { pingMs: 5_000, unresponsiveAfterMs: 10_000 };

it("a worker that answers no ping is unresponsive after the deadline, and told once", () => {
  let state = pingSent(startLiveness(0), 0);
  const findings: LivenessFinding[] = [];
  for (let now = 1_000; now <= 15_000; now += 1_000) {
    const seen = look(settings, pingSent(state, now), now, 1_000);
    state = seen.state;
    if (seen.finding.kind !== "ok") findings.push(seen.finding);
  }
  expect(findings).toEqual([{ kind: "unresponsive", silentMs: 10_000 }]);
});

it("the host's own stall is not held against the worker", () => {
  const state = pingSent(startLiveness(0), 0);
  const stalled = look(settings, state, 60_000, 1_000);
  expect(stalled.finding).toEqual({ kind: "ok" });
  let after = stalled.state;
  let finding: LivenessFinding = { kind: "ok" };
  for (let now = 61_000; finding.kind === "ok" && now < 100_000; now += 1_000) {
    ({ state: after, finding } = look(settings, after, now, 1_000));
  }
  expect(finding).toEqual({ kind: "unresponsive", silentMs: 10_000 });
});

it("a worker that answers after all has recovered", () => {
  const hung = look(settings, pingSent(startLiveness(0), 0), 20_000, 20_000).state;
  expect(hung.unresponsive).toBe(true);
  const answered = ponged(hung);
  expect(answered.finding).toEqual({ kind: "recovered" });
  expect(ponged(answered.state).finding).toEqual({ kind: "ok" });
});

it("an answered ping starts the silence anew", () => {
  let state = pingSent(startLiveness(0), 0);
  state = look(settings, state, 9_000, 9_000).state;
  state = pingSent(ponged(state).state, 9_000);
  expect(look(settings, state, 18_000, 9_000).finding).toEqual({ kind: "ok" });
});
