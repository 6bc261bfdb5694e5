import { longestStall } from "@outrigger/protocol";
import { GUARD_SOURCE } from "./guard-source.js";

/** How often the guard looks, and how long the main thread may take to end by itself when its parent is gone, ms. */
const POLL_MS = 250;
const GRACE_MS = 1_000;

/** What main thread and guard share. */
const cellOf = { beat: 0, stallMs: 1, debugged: 2 } as const;

/** The guard of this process. */
export interface Guard {
  /** The host gives up on silence after so long: a stall is reported well before. */
  expectSilence(unresponsiveAfterMs: number): void;
  stop(): void;
}

/**
 * Starts a thread that ends the process when its parent is gone, and names on stderr where the main thread hangs; both
 * even when the main thread never returns. A Node that forbids threads (`--permission` without `--allow-worker`) is told
 * through `onError`, and goes without. See docs/supervision.md.
 *
 * @param parent the process that started this one.
 * @param leader whether this process leads a group of its own, which ends with it.
 */
export function startGuard(parent: number, leader: boolean, onError: (error: unknown) => void): Guard {
  const cells = new SharedArrayBuffer(4 * Int32Array.BYTES_PER_ELEMENT);
  const heart = new Int32Array(cells);
  Atomics.store(heart, cellOf.stallMs, longestStall());
  const { beat, stopBeating } = startHeart(heart);
  try {
    // Imported, it would be loaded before the first answer.
    const { Worker } = process.getBuiltinModule("node:worker_threads");
    const guard = new Worker(GUARD_SOURCE, {
      eval: true,
      name: "outrigger-guard",
      // Neither the plugin's loaders nor its environment concern the guard.
      ...{ execArgv: [], env: {}, stdin: false },
      workerData: {
        ...{ parent, leader, graceMs: GRACE_MS, pollMs: POLL_MS, cells, cellOf },
        // Known here only: without options of its own, a thread does not know of the model. Asking for a session all the
        // same gets none, or ends the process.
        mayInspect: process.permission?.has("inspector") ?? true,
      },
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, codeRangeSizeMb: 4, stackSizeMb: 1 },
    });
    guard.on("error", onError);
    guard.unref();
    return {
      expectSilence(unresponsiveAfterMs) {
        Atomics.store(heart, cellOf.stallMs, Math.round(longestStall(unresponsiveAfterMs)));
        beat();
      },
      stop() {
        stopBeating();
        void guard.terminate();
      },
    };
  } catch (error) {
    stopBeating();
    onError(error);
    return { expectSilence() {}, stop() {} };
  }
}

function startHeart(heart: Int32Array) {
  const inspector = process.getBuiltinModule?.("node:inspector");
  const beat = (): void => {
    Atomics.add(heart, cellOf.beat, 1);
    // Somebody sits at a breakpoint: pausing, and resuming, is his.
    Atomics.store(heart, cellOf.debugged, inspector?.url() === undefined ? 0 : 1);
  };
  const timer = setInterval(beat, POLL_MS).unref();
  beat();
  return { beat, stopBeating: () => clearInterval(timer) };
}
