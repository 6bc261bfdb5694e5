/** How many restarts all workers of a host together may take, so that a broken dependency does not fork-storm the machine. */
export interface RestartBudget {
  /** Restarts within `periodMs`. Default 30. */
  readonly restarts: number;
  /** ms. Default 10,000. */
  readonly periodMs: number;
}

export const DEFAULT_RESTART_BUDGET: RestartBudget = { restarts: 30, periodMs: 10_000 };

/** When the latest restarts were granted, oldest first; at most `restarts` of them. */
export type GrantedRestarts = readonly number[];

/** Grants a restart that is due now: at once, or as soon as the budget has room. */
export function grantRestart(
  budget: RestartBudget,
  granted: GrantedRestarts,
  now: number,
): { readonly granted: GrantedRestarts; readonly at: number } {
  const oldest = granted.length < budget.restarts ? undefined : granted[granted.length - budget.restarts];
  const at = oldest === undefined ? now : Math.max(now, oldest + budget.periodMs);
  return { granted: [...granted, at].slice(-budget.restarts), at };
}
