import type { HostRuntime } from "./host-runtime.js";

/** A host's runtime in the hands of a test. */
export interface FakeRuntime extends HostRuntime {
  /** Runs every timer due within `ms`, in order, with what follows from each. */
  advance(ms: number): Promise<void>;
  /** Timers armed, ms from now, soonest first. */
  timers(): number[];
}

/** Time that passes only when told, no chance, and ids that count. */
export function fakeRuntime(): FakeRuntime {
  let now = 0;
  let ids = 0;
  let timers: { readonly at: number; readonly callback: () => void }[] = [];
  const nextDue = (until: number) =>
    timers.filter(({ at }) => at <= until).sort((left, right) => left.at - right.at)[0];

  return {
    clock: {
      now: () => now,
      setTimer(callback, ms) {
        const timer = { at: now + ms, callback };
        timers.push(timer);
        return () => {
          timers = timers.filter((other) => other !== timer);
        };
      },
    },
    wallClock: () => 1_700_000_000_000 + now,
    random: () => 0.5,
    uniqueId: () => `fake${++ids}`,
    async advance(ms) {
      const until = now + ms;
      await settled();
      for (let timer = nextDue(until); timer !== undefined; timer = nextDue(until)) {
        const due = timer;
        timers = timers.filter((other) => other !== due);
        now = due.at;
        due.callback();
        await settled();
      }
      now = until;
    },
    timers: () => timers.map(({ at }) => at - now).sort((left, right) => left - right),
  };
}

/** Lets everything that is already on its way through promises and in-memory streams arrive. */
export async function settled(): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await new Promise((resolve) => setImmediate(resolve));
}
