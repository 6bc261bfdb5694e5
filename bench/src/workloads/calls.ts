import type { Budget } from "../budget.js";
import { throughput } from "../chains.js";
import type { Link } from "../link.js";
import { quantile } from "../statistics.js";
import { withLink } from "../with-link.js";
import { checkAnswer } from "../work.js";
import type { Workload } from "../workload.js";

/** A small call with its check; the arguments differ each time. */
export function smallCall(link: Link): () => Promise<void> {
  let n = 0;
  return async () => {
    const a = n++;
    checkAnswer("sum", await link.add(a, 7), a + 7);
  };
}

async function latencies(call: () => Promise<void>, ms: number, least: number): Promise<number[]> {
  const samples: number[] = [];
  const ends = performance.now() + ms;
  let before = performance.now();
  while (samples.length < least || before < ends) {
    await call();
    const after = performance.now();
    samples.push((after - before) * 1000);
    before = after;
  }
  return samples;
}

const measure = async (call: () => Promise<void>, { warmupMs, measureMs, calls }: Budget): Promise<number[]> => {
  await latencies(call, warmupMs, calls);
  return latencies(call, measureMs, calls);
};

const latency: Workload = {
  name: "latency",
  metrics: [
    { name: "p50", title: "sequential call, p50", unit: "µs", better: "lower" },
    { name: "p99", title: "sequential call, p99", unit: "µs", better: "lower" },
  ],
  run: (bench) =>
    withLink(bench, async (link) => {
      const samples = await measure(smallCall(link), bench.budget);
      return { p50: quantile(samples, 0.5), p99: quantile(samples, 0.99) };
    }),
};

const inFlight = (depth: number): Workload => ({
  name: `in-flight-${depth}`,
  metrics: [
    { name: "rate", title: `${depth.toLocaleString("en")} calls in flight`, unit: "calls/s", better: "higher" },
  ],
  run: (bench) => withLink(bench, async (link) => ({ rate: await throughput(depth, smallCall(link), bench.budget) })),
});

export const callWorkloads: readonly Workload[] = [latency, inFlight(64), inFlight(1024)];
