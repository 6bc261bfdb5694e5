import type { Budget } from "./budget.js";

/** Keeps `depth` calls in flight for at least `ms` and `least` calls, all of which end within the time counted. */
async function runChains(depth: number, call: () => Promise<void>, ms: number, least: number) {
  let calls = 0;
  const started = performance.now();
  const chain = async (): Promise<void> => {
    while (calls < least || performance.now() - started < ms) {
      calls++;
      await call();
    }
  };
  await Promise.all(Array.from({ length: depth }, chain));
  return { calls, ms: performance.now() - started };
}

interface ThroughputOptions {
  /** Least number of calls. */
  readonly counted?: number;
  /** Least number of them in the warm-up; as many as are counted, unless told. */
  readonly before?: number;
}

/** Calls per second with `depth` in flight, after a warm-up. */
export async function throughput(
  depth: number,
  call: () => Promise<void>,
  budget: Budget,
  options: ThroughputOptions = {},
): Promise<number> {
  const { counted = Math.max(budget.calls, depth), before = counted } = options;
  await runChains(depth, call, budget.warmupMs, before);
  const { calls, ms } = await runChains(depth, call, budget.measureMs, counted);
  return calls / (ms / 1000);
}

/** Runs batches until the time is up; `batch` tells how many it did. Returns how many a second, after a warm-up. */
export async function batches(batch: () => Promise<number>, budget: Budget): Promise<number> {
  const run = async (limit: number) => {
    const started = performance.now();
    let done = 0;
    do done += await batch();
    while (performance.now() - started < limit);
    return done / ((performance.now() - started) / 1000);
  };
  await run(budget.warmupMs);
  return run(budget.measureMs);
}
