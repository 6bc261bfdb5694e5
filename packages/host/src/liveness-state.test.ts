import { expect, it } from "vitest";
import { type LivenessFinding, type LivenessState, look, ponged, startLiveness } from "./liveness-state.js";

const settings = { pingMs: 5_000, unresponsiveAfterMs: 10_000, onHang: "restart" } as const;
const silent = { heard: false, explained: false };
const writing = { heard: true, explained: false };

interface Told {
  readonly at: number;
  readonly finding: LivenessFinding;
}

/** Looks when a look is due, and `lateMs` later, until `until`; tells all findings but `ok`. */
function watch(from: LivenessState, until: number, seen = silent, lateMs: (at: number) => number = () => 0) {
  let state = from;
  const told: Told[] = [];
  for (;;) {
    const due = state.lookedAt + state.plannedMs;
    const now = due + lateMs(due);
    if (now > until) return { state, told };
    const looked = look(settings, state, now, seen);
    state = looked.state;
    if (looked.finding.kind !== "ok") told.push({ at: now, finding: looked.finding });
  }
}

it("a worker that answers no ping is unresponsive after the deadline and a short suspicion, and told once", () => {
  expect(watch(startLiveness(0), 100_000).told).toEqual([
    { at: 0, finding: { kind: "ping" } },
    { at: 10_000, finding: { kind: "suspect" } },
    { at: 11_000, finding: { kind: "unresponsive", silentMs: 11_000 } },
  ]);
});

it("with a report of the hang the suspicion is shorter still", () => {
  const { told } = watch(startLiveness(0), 100_000, { heard: false, explained: true });
  expect(told.at(-1)).toEqual({ at: 10_050, finding: { kind: "unresponsive", silentMs: 10_050 } });
});

it("an answered ping is followed by the next in its turn, and starts the silence anew", () => {
  const { state } = watch(startLiveness(0), 9_000);
  const answered = ponged(state);
  expect(answered.finding).toEqual({ kind: "ok" });
  expect(watch(answered.state, 100_000).told).toEqual([
    { at: 10_000, finding: { kind: "ping" } },
    { at: 20_000, finding: { kind: "suspect" } },
    { at: 21_000, finding: { kind: "unresponsive", silentMs: 11_000 } },
  ]);
});

it("a suspect that answers, or is heard of, is alive", () => {
  const { state } = watch(startLiveness(0), 10_500);
  expect(state.verdict).toBe("suspect");
  expect(ponged(state)).toMatchObject({ state: { verdict: "alive" }, finding: { kind: "ok" } });
  expect(look(settings, state, 11_000, writing)).toMatchObject({
    state: { verdict: "alive" },
    finding: { kind: "ok" },
  });
});

it("a worker that answers after all has recovered, once", () => {
  const { state } = watch(startLiveness(0), 30_000);
  expect(state.verdict).toBe("unresponsive");
  const answered = ponged(state);
  expect(answered.finding).toEqual({ kind: "recovered" });
  expect(ponged(answered.state).finding).toEqual({ kind: "ok" });
});

it("the host's own stall is not held against the worker, wherever it falls", () => {
  for (let stallAt = 0; stallAt <= 11_000; stallAt += 100) {
    let lateAt: number | undefined;
    const lateMs = (due: number): number => {
      if (lateAt !== undefined || due < stallAt) return 0;
      lateAt = due + 60_000;
      return 60_000;
    };
    const hung = watch(startLiveness(0), 200_000, silent, lateMs).told.at(-1);
    expect(hung?.finding).toMatchObject({ kind: "unresponsive" });
    expect((hung?.at ?? 0) - 60_000).toBeGreaterThanOrEqual(10_000);
    // What the worker answered meanwhile is read after the look that came late.
    expect(hung?.at).not.toBe(lateAt);
  }
});

it("a suspect is not judged by a look that comes late", () => {
  const { state } = watch(startLiveness(0), 10_500);
  const late = look(settings, state, 20_000, silent);
  expect(late).toMatchObject({ state: { verdict: "suspect", plannedMs: 50 }, finding: { kind: "ok" } });
  expect(look(settings, late.state, 20_050, silent).finding).toEqual({ kind: "unresponsive", silentMs: 11_050 });
});

it("a host that is always late finds a hung worker all the same", () => {
  const { told } = watch(startLiveness(0), 300_000, silent, () => 500);
  expect(told.at(-1)?.finding.kind).toBe("unresponsive");
});

it("a worker that writes and does not answer is given six times as long", () => {
  const { told } = watch(startLiveness(0), 300_000, writing);
  expect(told.map(({ at, finding }) => [at, finding.kind])).toEqual([
    [0, "ping"],
    [60_000, "suspect"],
    [61_000, "unresponsive"],
  ]);
});
