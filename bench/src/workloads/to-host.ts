import { batches } from "../chains.js";
import { withLink } from "../with-link.js";
import { checkAnswer } from "../work.js";
import type { Workload } from "../workload.js";

const BATCH = 2048;
/** How long after the worker's last one an event may arrive. */
const LATEST_EVENT_MS = 5000;

const driven = (chains: number): Workload => ({
  name: `to-host-${chains}`,
  metrics: [
    {
      name: "rate",
      title: chains === 1 ? "worker→host calls, one chain" : `worker→host calls, ${chains} chains`,
      unit: "calls/s",
      better: "higher",
    },
  ],
  run: (bench) => {
    let served = 0;
    const increment = (n: number): number => {
      served++;
      return n + 1;
    };
    return withLink(
      bench,
      async (link) => {
        if (link.drive === undefined) return undefined;
        const each = Math.max(1, Math.round((bench.budget.measureMs === 0 ? chains * 2 : BATCH) / chains));
        const batch = async (): Promise<number> => {
          const before = served;
          await link.drive?.(chains, each);
          checkAnswer("calls served", served - before, chains * each);
          return chains * each;
        };
        return { rate: await batches(batch, bench.budget) };
      },
      { increment },
    );
  },
});

const events: Workload = {
  name: "events",
  metrics: [{ name: "rate", title: "events worker→host", unit: "events/s", better: "higher" }],
  run: (bench) => {
    const count = bench.budget.measureMs === 0 ? 5 : 8192;
    let expected = 0;
    let arrived: () => void = () => {};
    let fail: (error: unknown) => void = () => {};
    const event = (seq: number): void => {
      try {
        checkAnswer("event", seq, expected++);
      } catch (error) {
        fail(error);
      }
      if (expected === count) arrived();
    };
    return withLink(
      bench,
      async (link) => {
        if (link.emit === undefined) return undefined;
        const batch = async (): Promise<number> => {
          expected = 0;
          const all = new Promise<void>((resolve, reject) => {
            arrived = resolve;
            fail = reject;
          });
          await link.emit?.(count);
          const stuck = setTimeout(() => fail(new Error(`${expected} of ${count} events arrived`)), LATEST_EVENT_MS);
          await all.finally(() => clearTimeout(stuck));
          return count;
        };
        return { rate: await batches(batch, bench.budget) };
      },
      { event },
    );
  },
};

const items: Workload = {
  name: "stream",
  metrics: [{ name: "rate", title: "stream of small items", unit: "items/s", better: "higher" }],
  run: (bench) =>
    withLink(bench, async (link) => {
      if (link.items === undefined) return undefined;
      const count = bench.budget.measureMs === 0 ? 5 : 8192;
      const batch = async (): Promise<number> => {
        let expected = 0;
        await link.items?.(count, (seq) => checkAnswer("item", seq, expected++));
        checkAnswer("items", expected, count);
        return count;
      };
      return { rate: await batches(batch, bench.budget) };
    }),
};

export const toHostWorkloads: readonly Workload[] = [driven(1), driven(64), events, items];
