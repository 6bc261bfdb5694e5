import { setTimeout as delay } from "node:timers/promises";
import { throughput } from "../chains.js";
import { cpuMsOf, descendants, memoryOf } from "../process-tree.js";
import { median } from "../statistics.js";
import { withLink } from "../with-link.js";
import { checkAnswer } from "../work.js";
import type { Workload } from "../workload.js";
import { smallCall } from "./calls.js";

const start: Workload = {
  name: "start",
  metrics: [{ name: "ms", title: "start to first answer", unit: "ms", better: "lower" }],
  async run({ open, budget }) {
    const station = await open();
    const samples: number[] = [];
    for (let n = 0; n <= budget.starts; n++) {
      const started = performance.now();
      const link = await station.start();
      checkAnswer("sum", await link.add(n, 1), n + 1);
      samples.push(performance.now() - started);
      await link.stop();
    }
    await station.close?.();
    // The first start warms the host and the disk cache.
    return { ms: median(samples.slice(1)) };
  },
};

const memory: Workload = {
  name: "memory",
  metrics: [
    { name: "idle", title: "memory of a worker after its first answer, private", unit: "MiB", better: "lower" },
    { name: "private", title: "memory of a worker after 2,000 calls, private", unit: "MiB", better: "lower" },
    { name: "pss", title: "memory of a worker after 2,000 calls, PSS", unit: "MiB", better: "lower" },
  ],
  run: (bench) =>
    withLink(bench, async (link) => {
      const call = smallCall(link);
      const after = async (calls: number) => {
        for (let n = 0; n < calls; n++) await call();
        // What start-up left to do in the background belongs to no workload.
        if (bench.budget.measureMs > 0) await delay(300);
        return memoryOf(descendants());
      };
      const idle = await after(1);
      const busy = await after(bench.budget.calls * 10);
      return idle && busy && { idle: idle.privateMiB, private: busy.privateMiB, pss: busy.pssMiB };
    }),
};

const PER_CALLS = 100_000;

const cpu: Workload = {
  name: "cpu",
  metrics: [
    { name: "host", title: "host CPU per 100k calls, 64 in flight", unit: "s", better: "lower" },
    { name: "worker", title: "worker CPU per 100k calls, 64 in flight", unit: "s", better: "lower" },
  ],
  run: (bench) =>
    withLink(bench, async (link) => {
      const call = smallCall(link);
      await throughput(64, call, { ...bench.budget, measureMs: 0 });
      let calls = 0;
      const counted = (): Promise<void> => {
        calls++;
        return call();
      };
      const pids = descendants();
      const [hostBefore, workerBefore] = [process.cpuUsage(), cpuMsOf(pids)];
      await throughput(64, counted, bench.budget);
      const { user, system } = process.cpuUsage(hostBefore);
      const workerAfter = cpuMsOf(pids);
      const scale = PER_CALLS / calls;
      return {
        host: ((user + system) / 1e6) * scale,
        ...(workerBefore !== undefined &&
          workerAfter !== undefined && { worker: ((workerAfter - workerBefore) / 1000) * scale }),
      };
    }),
};

export const costWorkloads: readonly Workload[] = [start, memory, cpu];
