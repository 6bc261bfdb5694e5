import { describe, expect, it } from "vitest";
import {
  addWait,
  type CrashHistory,
  countCrash,
  decideRestart,
  forgetConsecutive,
  forgetRecent,
  NO_CRASHES,
  DEFAULT_RESTART_POLICY as policy,
  type RestartDecision,
  restartDelay,
} from "./restart-policy.js";

const killed = { reason: "signal", code: null } as const;
const crashes = (times: readonly number[]) =>
  times.reduce((history, at) => countCrash(policy, history, at), NO_CRASHES);

describe("the delay before a restart", () => {
  it("doubles with each crash in a row, up to 5 minutes", () => {
    const delays = [1, 2, 3, 9, 10, 2000].map((consecutive) => restartDelay(policy, consecutive, 0.5));
    expect(delays).toEqual([1_000, 2_000, 4_000, 256_000, 300_000, 300_000]);
  });
  it("is spread by a quarter to both sides", () => {
    expect([0, 0.5, 0.999_999].map((random) => restartDelay(policy, 1, random))).toEqual([750, 1_000, 1_250]);
  });
  it("starts over after a stable uptime", () => {
    const history = countCrash(policy, forgetConsecutive(crashes([1, 2, 3])), 100_000);
    expect(decideRestart(policy, history, killed, 0.5)).toEqual({ kind: "restart", delayMs: 1_000 });
    expect(history.total).toBe(4);
  });
});

describe("giving up", () => {
  it("comes with the 10th crash within 10 minutes, not before", () => {
    const nine = crashes([0, 1, 2, 3, 4, 5, 6, 7, 8]);
    expect(decideRestart(policy, nine, killed, 0.5).kind).toBe("restart");
    const ten = countCrash(policy, nine, 599_999);
    expect(decideRestart(policy, ten, killed, 0.5)).toEqual({ kind: "give-up", why: "too-many-crashes" });
  });
  it("does not come for crashes spread over a longer time", () => {
    const history = crashes([0, 1, 2, 3, 4, 5, 6, 7, 8, 600_001]);
    expect(history.recent).toHaveLength(8);
    expect(decideRestart(policy, history, killed, 0.5).kind).toBe("restart");
  });
  it("comes for a worker that lives a while each time: waiting is no uptime", () => {
    for (const livesMs of [9_000, 15_000, 30_000, 59_000]) {
      let [now, history, decision]: [number, CrashHistory, RestartDecision | undefined] = [0, NO_CRASHES, undefined];
      for (let crash = 1; crash <= 10; crash++) {
        now += livesMs;
        history = countCrash(policy, history, now);
        decision = decideRestart(policy, history, killed, 1);
        if (decision.kind !== "restart") break;
        now += decision.delayMs;
        history = addWait(history, decision.delayMs);
      }
      expect([livesMs, decision, history.total]).toEqual([livesMs, { kind: "give-up", why: "too-many-crashes" }, 10]);
    }
  });
  it("remembers no more crashes than it needs to", () => {
    const history = crashes(Array.from({ length: 1_000 }, (_, index) => index));
    expect(history.recent).toHaveLength(10);
    expect(history.total).toBe(1_000);
  });
  it("is taken back by a start by hand: a full allowance again", () => {
    const history = countCrash(policy, forgetRecent(crashes([0, 1, 2, 3, 4, 5, 6, 7, 8, 9])), 10);
    expect(decideRestart(policy, history, killed, 0.5)).toEqual({ kind: "restart", delayMs: 1_000 });
  });
});

describe("rules and types", () => {
  const one = crashes([0]);
  const mismatch = { reason: "handshake-mismatch", code: null } as const;
  const finished = { reason: "exit-code", code: 0 } as const;

  it("a handshake mismatch is not retried, unless a rule says so", () => {
    expect(decideRestart(policy, one, mismatch, 0.5)).toEqual({ kind: "give-up", why: "not-retryable" });
    const rules = { ...policy.rules, "handshake-mismatch": "restart" } as const;
    expect(decideRestart({ ...policy, rules }, one, mismatch, 0.5).kind).toBe("restart");
  });
  it("a permanent worker that exits with code 0 is restarted, a transient one has finished", () => {
    expect(decideRestart(policy, one, finished, 0.5).kind).toBe("restart");
    expect(decideRestart({ ...policy, type: "transient" }, one, finished, 0.5)).toEqual({ kind: "stop" });
    expect(decideRestart({ ...policy, type: "transient" }, one, killed, 0.5).kind).toBe("restart");
  });
  it("a temporary worker is never restarted", () => {
    expect(decideRestart({ ...policy, type: "temporary" }, one, killed, 0.5)).toEqual({
      kind: "give-up",
      why: "never-restarted",
    });
  });
});

it("no delay is longer than a timer takes, jitter included", () => {
  const endless = { ...policy, initialDelayMs: 2 ** 31 - 1, maxDelayMs: 2 ** 31 - 1 };
  expect(restartDelay(endless, 1, 0.999)).toBe(2 ** 31 - 1);
});
