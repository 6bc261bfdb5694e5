import { checkCounts, checkDelays, type Given, invalidOption, shown, withDefaults } from "./option-checks.js";

/** What follows when a worker goes on with calls that were cancelled, or timed out. */
export interface CancelPolicy {
  /** How long it may take to end such a call, by an answer of any kind, ms. Default 5,000. */
  readonly graceMs: number;
  /**
   * `"report"`: it is told by the event `cancel-ignored`, and in the log. `"restart"`: the worker is drained and started anew
   * as well, by the restart policy. Default `"report"`.
   */
  readonly onIgnored: OnIgnored;
  /** Such calls watched at once; more are not. Default 1,000. */
  readonly maxWatched: number;
}

/** What follows when a worker ignores a cancel. */
export type OnIgnored = "report" | "restart";

const DEFAULT_CANCEL: CancelPolicy = { graceMs: 5_000, onIgnored: "report", maxWatched: 1_000 };

/** @throws RpcError INVALID_PARAMS naming the option, what was expected and what it got */
export function resolveCancel(...given: readonly (Given<CancelPolicy> | undefined)[]): CancelPolicy {
  const policy = withDefaults(DEFAULT_CANCEL, ...given);
  checkDelays("cancel", { graceMs: policy.graceMs });
  checkCounts("cancel", { maxWatched: policy.maxWatched });
  if (policy.onIgnored === "report" || policy.onIgnored === "restart") return policy;
  throw invalidOption(`cancel.onIgnored: expected "report" or "restart", got ${shown(policy.onIgnored)}`);
}
