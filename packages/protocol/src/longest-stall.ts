/** A quarter of the silence a worker may keep, within these, ms. */
const LONGEST_STALL_MS = 1_000;
const SHORTEST_STALL_MS = 500;

/** How long a main thread may stand still before it is looked where, ms. */
export const longestStall = (unresponsiveAfterMs = Number.POSITIVE_INFINITY): number =>
  Math.max(SHORTEST_STALL_MS, Math.min(LONGEST_STALL_MS, unresponsiveAfterMs / 4));
