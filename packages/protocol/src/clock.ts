// A getter on the global object, asked at each use.
const { process } = globalThis;

/** Time, as an argument: fake in tests. */
export interface Clock {
  /** Monotonic time in ms. */
  now(): number;
  /** Runs `callback` once after `ms`; the returned function cancels it. `inBackground`: the process need not live for it. */
  setTimer(callback: () => void, ms: number, inBackground?: boolean): () => void;
}

/** The process's own monotonic clock and timers. */
export const systemClock: Clock = {
  now() {
    // Not `performance`, whose modules Node loads on first use, before the first answer.
    const time = process.hrtime();
    return time[0] * 1000 + time[1] / 1e6;
  },
  setTimer(callback, ms, inBackground = false) {
    const timer = setTimeout(callback, ms);
    // Under a fake of timers as browsers have them it is a number.
    if (inBackground) timer.unref?.();
    return () => clearTimeout(timer);
  },
};
