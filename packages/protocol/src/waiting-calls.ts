/** A call that waits for the other end. */
export interface WaitingCall {
  readonly method: string;
  /** ms since it was made. */
  readonly ageMs: number;
}

/** The first `max` of these calls; pings left out. */
export function waitingCalls(
  calls: readonly { readonly method: string; readonly startedAt: number }[],
  now: number,
  max: number,
): WaitingCall[] {
  return calls
    .filter(({ method }) => method !== "$/ping")
    .slice(0, max)
    .map(({ method, startedAt }) => ({ method, ageMs: Math.round(now - startedAt) }));
}
