import type { WorkerProcess } from "./launcher.js";

/** What a host says of the priority of its workers. */
export interface CrowdingStats {
  /** What is added to the niceness of workers that are lowered. */
  readonly nice: number;
  /** How many may run before they are. */
  readonly processors: number;
  /** Living processes of workers on this machine. */
  readonly running: number;
  /** How many of them were lowered. */
  readonly lowered: number;
}

/** Keeps the workers of a host from crowding it out: it shares processors with those it serves. */
export interface Crowding {
  /** Takes a process that lives. One whose priority cannot be lowered, such as another machine's, does not count. */
  admit(worker: WorkerProcess): void;
  readonly stats: CrowdingStats;
}

/**
 * Once more workers run than there are processors, all of them give way to their host. Where each has its share, a host that
 * serves fifty has a fiftieth: workers wait for its answers, are woken for each, and find nothing of theirs in a cache.
 */
export function createCrowding(nice: number, processors: number, onError: (error: unknown) => void): Crowding {
  const undiminished = new Set<WorkerProcess>();
  let running = 0;
  return {
    admit(worker) {
      if (worker.nice === undefined) return;
      running++;
      undiminished.add(worker);
      worker.onExit(() => {
        running--;
        undiminished.delete(worker);
      });
      if (nice === 0 || running <= processors) return;
      for (const one of undiminished) {
        try {
          one.nice?.(nice);
        } catch (error) {
          onError(error);
        }
      }
      undiminished.clear();
    },
    get stats() {
      return { nice, processors, running, lowered: running - undiminished.size };
    },
  };
}
