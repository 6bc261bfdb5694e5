import { throughput } from "../chains.js";
import { descendants, memoryOf } from "../process-tree.js";
import { checkAnswer } from "../work.js";
import type { Figures, Workload } from "../workload.js";
import { smallCall } from "./calls.js";

const IN_FLIGHT_EACH = 4;

const fleet = (size: number): Workload => ({
  name: `fleet-${size}`,
  maxRounds: 3,
  metrics: [
    { name: "answered", title: `fleet of ${size}: all answered`, unit: "ms", better: "lower" },
    { name: "pss", title: `fleet of ${size}: memory, PSS`, unit: "MiB", better: "lower" },
    { name: "rate", title: `fleet of ${size}: calls together`, unit: "calls/s", better: "higher" },
  ],
  async run({ open, budget }): Promise<Figures> {
    const station = await open();
    const started = performance.now();
    const links = await Promise.all(
      Array.from({ length: Math.ceil(size / budget.fleetDivisor) }, async (_, n) => {
        const link = await station.start();
        checkAnswer("sum", await link.add(n, 1), n + 1);
        return link;
      }),
    );
    const answered = performance.now() - started;
    const calls = links.map(smallCall);
    let turn = 0;
    const next = (): Promise<void> => (calls[turn++ % calls.length] as () => Promise<void>)();
    const rate = await throughput(links.length * IN_FLIGHT_EACH, next, budget);
    const used = memoryOf(descendants());
    await Promise.all(links.map((link) => link.stop()));
    await station.close?.();
    return { answered, rate, ...(used !== undefined && { pss: used.pssMiB }) };
  },
});

export const fleetWorkloads: readonly Workload[] = [fleet(50), fleet(200)];
