/** Sub-buckets of each power of two: what is read from a bucket is at most 1/16 too high. */
const STEPS_BITS = 4;
const STEPS = 1 << STEPS_BITS;
/** Values are kept in 1/1024 ms, of 32 bits: up to 70 minutes; what took longer counts as that, `max` is exact. */
const UNITS_PER_MS = 1024;
const MAX_UNITS = 0xffff_ffff;
const BUCKETS = (32 - STEPS_BITS + 1) * STEPS;

/** How long something took, of a few thousand bytes whatever is recorded: counts in buckets that grow with their value. */
export interface LatencyHistogram {
  record(ms: number, times: number): void;
  /** ms that this share of what was recorded did not exceed, to within 6.25 %; `undefined` when nothing was recorded. */
  quantile(share: number): number | undefined;
  /** The longest, ms; 0 when nothing was recorded. */
  max(): number;
  count(): number;
}

export function createLatencyHistogram(): LatencyHistogram {
  const counts = new Uint32Array(BUCKETS);
  let count = 0;
  let max = 0;
  return {
    max: () => max,
    count: () => count,
    record(ms, times) {
      // A clock that was set back, in a test, measures nothing.
      const units = ms > 0 ? Math.min(ms * UNITS_PER_MS, MAX_UNITS) >>> 0 : 0;
      const bucket = bucketOf(units);
      counts[bucket] = (counts[bucket] as number) + times;
      count += times;
      if (ms > max) max = ms;
    },
    quantile(share) {
      if (count === 0) return undefined;
      const rank = Math.max(1, Math.ceil(share * count));
      let bucket = 0;
      for (let seen = counts[0] as number; seen < rank; seen += counts[bucket] as number) bucket++;
      return Math.min(max, endOf(bucket) / UNITS_PER_MS);
    },
  };
}

function bucketOf(units: number): number {
  const shift = Math.max(0, 32 - Math.clz32(units) - STEPS_BITS - 1);
  return shift * STEPS + (units >>> shift);
}

/** Where the next bucket begins. */
function endOf(bucket: number): number {
  const shift = Math.max(0, (bucket >>> STEPS_BITS) - 1);
  return (bucket - shift * STEPS + 1) * 2 ** shift;
}
