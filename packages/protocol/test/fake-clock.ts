import type { Clock } from "../src/clock.js";

/** A clock that stands still until told. */
export interface FakeClock extends Clock {
  /** Lets `ms` pass; timers fire in order. */
  advance(ms: number): void;
  /** Lets `ms` pass while the event loop stands still: timers due fire with the next `advance`, late. */
  sleep(ms: number): void;
  /** Timers set and neither fired nor cancelled. */
  readonly timers: number;
  /** Timers set since the beginning. */
  readonly timersSet: number;
}

export function fakeClock(): FakeClock {
  let time = 1000;
  let timersSet = 0;
  const timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  return {
    now: () => time,
    setTimer(callback, ms) {
      const timer = { at: time + ms, callback };
      timersSet++;
      timers.add(timer);
      return () => timers.delete(timer);
    },
    advance(ms) {
      const end = time + ms;
      for (;;) {
        const [next] = [...timers].filter(({ at }) => at <= end).sort((a, b) => a.at - b.at);
        if (next === undefined) break;
        timers.delete(next);
        time = Math.max(time, next.at);
        next.callback();
      }
      time = end;
    },
    sleep(ms) {
      time += ms;
    },
    get timers() {
      return timers.size;
    },
    get timersSet() {
      return timersSet;
    },
  };
}
