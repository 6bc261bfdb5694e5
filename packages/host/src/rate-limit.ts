/** A rate and how far it may be exceeded for a moment. */
export interface RateLimit {
  readonly perSecond: number;
  /** How many may come at once after a quiet time. */
  readonly burst: number;
}

/** A token bucket: `take` says whether one more may pass at `now` (ms, monotonic). */
export function createRateLimit(limit: RateLimit, now: number): { take(now: number): boolean } {
  let tokens = limit.burst;
  let at = now;
  return {
    take(now) {
      tokens = Math.min(limit.burst, tokens + ((now - at) / 1_000) * limit.perSecond);
      at = now;
      if (tokens < 1) return false;
      tokens--;
      return true;
    },
  };
}
