/** How those that take turns stand to their bound. */
export interface TurnStats {
  readonly atOnce: number;
  readonly running: number;
  /** Those that wait for their turn. */
  readonly waiting: number;
}

/** Turns, so many at once, first come first served. */
export interface Turns {
  /** Calls `go` when its turn has come, at once if it may. Returns what ends its turn, or its waiting. */
  enter(go: () => void): () => void;
  readonly stats: TurnStats;
}

export function createTurns(atOnce: number): Turns {
  const waiting = new Set<() => void>();
  const running = new Set<() => void>();

  const advance = (): void => {
    for (const go of waiting) {
      if (running.size >= atOnce) return;
      waiting.delete(go);
      running.add(go);
      go();
    }
  };
  return {
    enter(go) {
      waiting.add(go);
      advance();
      return () => {
        if (!waiting.delete(go) && !running.delete(go)) return;
        // Who ends many in a row lets none in between.
        queueMicrotask(advance);
      };
    },
    get stats() {
      return { atOnce, running: running.size, waiting: waiting.size };
    },
  };
}
