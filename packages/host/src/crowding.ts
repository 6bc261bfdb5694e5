import { guarded } from "@outrigger/protocol/outcomes";
import type { WorkerProcess } from "./launcher.js";

/** What a host says of the priority of its workers. */
export interface CrowdingStats {
  /** What is added to the niceness of workers that are lowered. */
  readonly nice: number;
  /** How many may run before they are. */
  readonly processors: number;
  /** Living processes of workers, but for those whose priority cannot be lowered. */
  readonly running: number;
  /** How many of them have been told to give way. */
  readonly lowered: number;
}

/** Keeps the workers of a host from crowding it out: it shares processors with those it serves. */
export interface Crowding {
  /** Takes a process that lives. One whose priority cannot be lowered does not count. */
  admit(worker: Pick<WorkerProcess, "nice">, onError: (error: unknown) => void): void;
  /** It has ended. */
  leave(worker: Pick<WorkerProcess, "nice"> | undefined): void;
  readonly stats: CrowdingStats;
}

/**
 * Once more workers run than there are processors, all of them give way to their host. Where each has its share, a host that
 * serves fifty has a fiftieth: workers wait for its answers, are woken for each, and find nothing of theirs in a cache.
 */
export function createCrowding(nice: number, processors: number): Crowding {
  const living = new Map<unknown, { readonly tell: () => void; isTold: boolean }>();
  return {
    admit(worker, onError) {
      if (worker.nice === undefined) return;
      living.set(worker, { tell: () => guarded(() => worker.nice?.(nice), onError), isTold: false });
      if (nice === 0 || living.size <= processors) return;
      for (const one of living.values()) {
        if (one.isTold) continue;
        one.isTold = true;
        one.tell();
      }
    },
    leave: (worker) => void living.delete(worker),
    get stats() {
      const lowered = [...living.values()].filter(({ isTold }) => isTold).length;
      return { nice, processors, running: living.size, lowered };
    },
  };
}
