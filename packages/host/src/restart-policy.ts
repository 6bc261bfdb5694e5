import { MAX_DELAY_MS } from "@outrigger/protocol";
import { DEFAULT_RESTART_RULES, type ExitReasonName, type RestartRule } from "./exit-reason.js";

/** Whether a worker that ended by itself comes back (OTP's restart types). */
export type RestartType =
  /** Always restarted. */
  | "permanent"
  /** Restarted unless it exited with code 0. */
  | "transient"
  /** Never restarted. */
  | "temporary";

/** When and how often a worker that crashed is started again. A failed start or restart counts as a crash. */
export interface RestartPolicy {
  /** Default `"permanent"`. */
  readonly type: RestartType;
  /** This many crashes within `periodMs` end in status `failed`. Default 10. */
  readonly intensity: number;
  /** ms. Default 600,000. */
  readonly periodMs: number;
  /** Delay before the first restart, ms. Default 1,000. */
  readonly initialDelayMs: number;
  /** The delay grows by this factor with each further crash in a row. Default 2. */
  readonly factor: number;
  /** Cap of the delay before jitter, ms. Default 300,000. */
  readonly maxDelayMs: number;
  /** Share of the delay added or taken off at random, 0 to 1. Default 0.25. */
  readonly jitter: number;
  /** Uptime after which the next crash counts as the first in a row again, ms. Default 60,000. */
  readonly stableAfterMs: number;
  /** What follows each reason. Default: restart, but after what trying again cannot mend. See docs/lifecycle.md in the repository. */
  readonly rules: Readonly<Record<ExitReasonName, RestartRule>>;
}

export const DEFAULT_RESTART_POLICY: RestartPolicy = {
  type: "permanent",
  intensity: 10,
  periodMs: 600_000,
  initialDelayMs: 1_000,
  factor: 2,
  maxDelayMs: 300_000,
  jitter: 0.25,
  stableAfterMs: 60_000,
  rules: DEFAULT_RESTART_RULES,
};

/** What the policy remembers of a worker. */
export interface CrashHistory {
  /** When the latest crashes were, ms, had there been no waits; at most `intensity` of them. */
  readonly recent: readonly number[];
  /** All waits between a crash and its restart together, ms. */
  readonly waitedMs: number;
  /** In a row: without a stable uptime between them. */
  readonly consecutive: number;
  readonly total: number;
}

export const NO_CRASHES: CrashHistory = { recent: [], waitedMs: 0, consecutive: 0, total: 0 };

export type RestartDecision =
  | { readonly kind: "restart"; readonly delayMs: number }
  /** Over, and nothing is wrong: a transient worker that finished, or its rule says so. */
  | { readonly kind: "stop" }
  | { readonly kind: "give-up"; readonly why: "not-retryable" | "never-restarted" | "too-many-crashes" };

/** Adds a crash to the history. */
export function countCrash(policy: RestartPolicy, history: CrashHistory, now: number): CrashHistory {
  const at = now - history.waitedMs;
  const recent = [...history.recent.filter((other) => other > at - policy.periodMs), at].slice(-policy.intensity);
  return { ...history, recent, consecutive: history.consecutive + 1, total: history.total + 1 };
}

/** Judges the crash counted last. `random` is a number from 0 up to 1. */
export function decideRestart(
  policy: RestartPolicy,
  history: CrashHistory,
  crash: { readonly reason: ExitReasonName; readonly code: number | null },
  random: number,
): RestartDecision {
  const rule = policy.rules[crash.reason];
  const finished = crash.reason === "exit-code" && crash.code === 0;
  if (rule === "stop" || (policy.type === "transient" && finished)) return { kind: "stop" };
  if (policy.type === "temporary") return { kind: "give-up", why: "never-restarted" };
  if (rule === "fail") return { kind: "give-up", why: "not-retryable" };
  if (history.recent.length >= policy.intensity) return { kind: "give-up", why: "too-many-crashes" };
  return { kind: "restart", delayMs: restartDelay(policy, history.consecutive, random) };
}

/** The delay before the restart that follows the `consecutive`th crash in a row, ms. */
export function restartDelay(policy: RestartPolicy, consecutive: number, random: number): number {
  const grown = policy.initialDelayMs * policy.factor ** Math.max(0, consecutive - 1);
  const capped = Math.min(grown, policy.maxDelayMs);
  // A longer delay than a timer takes would fire at once.
  return Math.min(Math.round(capped * (1 + policy.jitter * (2 * random - 1))), MAX_DELAY_MS);
}

/** A wait is over. It does not count toward the period: growing waits would keep the crashes of any worker out of one period. */
export function addWait(history: CrashHistory, ms: number): CrashHistory {
  return { ...history, waitedMs: history.waitedMs + ms };
}

/** A stable uptime: the next crash is the first in a row again. */
export function forgetConsecutive(history: CrashHistory): CrashHistory {
  return { ...history, consecutive: 0 };
}

/** A worker that had been given up is started by hand: a full allowance again. Totals stay. */
export function forgetRecent(history: CrashHistory): CrashHistory {
  return { ...history, recent: [], consecutive: 0 };
}
