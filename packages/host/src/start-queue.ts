/** How the starts of a host's workers stand to their bound. */
export interface StartStats {
  readonly atOnce: number;
  /** Processes that are loading. */
  readonly starting: number;
  /** Workers that wait for their turn. */
  readonly waiting: number;
}

/** The starts of all workers of a host, so many at once: two hundred that load together would all be too late. */
export interface StartQueue {
  /** Calls `go` when the worker may start, at once if it may. Returns what gives up its place, or its turn. */
  enter(go: () => void): () => void;
  readonly stats: StartStats;
}

export function createStartQueue(atOnce: number): StartQueue {
  const waiting = new Set<() => void>();
  const starting = new Set<() => void>();

  const advance = (): void => {
    for (const go of waiting) {
      if (starting.size >= atOnce) return;
      waiting.delete(go);
      starting.add(go);
      go();
    }
  };
  return {
    enter(go) {
      waiting.add(go);
      advance();
      return () => {
        if (!waiting.delete(go) && !starting.delete(go)) return;
        // Who stops many workers in a row starts none of them between.
        queueMicrotask(advance);
      };
    },
    get stats() {
      return { atOnce, starting: starting.size, waiting: waiting.size };
    },
  };
}
