// A getter on the global object, asked at each use.
const { performance } = globalThis;

/** Time, as an argument: fake in tests. */
export interface Clock {
  /** Monotonic time in ms. */
  now(): number;
  /** Runs `callback` once after `ms`; the returned function cancels it. `inBackground`: the process need not live for it. */
  setTimer(callback: () => void, ms: number, inBackground?: boolean): () => void;
}

/** The process's own monotonic clock and timers. */
export const systemClock: Clock = {
  now: () => performance.now(),
  setTimer(callback, ms, inBackground = false) {
    const timer = setTimeout(callback, ms);
    if (inBackground) timer.unref();
    return () => clearTimeout(timer);
  },
};
