import type { CallMeter } from "./call-meter.js";
import type { Clock } from "./clock.js";

/** So many calls are timed by one reading of the clock, which takes a twentieth of the smallest. */
const MAX_TOGETHER = 8;

/** Tells a meter how long calls were handled. */
export interface ServedTimes {
  /** What comes next is no call, or one of `method`: another's time is not that of the calls before. */
  settle(method?: string): void;
  /** A call is over that came at `receivedAt`, ms; with the code of its error. */
  over(method: string, receivedAt: number, code: number | undefined): void;
  refused(method: string, code: number): void;
}

/**
 * Calls of one method that came together, one behind the other, and went well at once, are a row: they count as having taken
 * as long as the last of a few. A row ends before anything else that arrives, and behind a call of its own method that fails,
 * goes on, or is refused: that one's time is known too late to keep it out.
 */
export function createServedTimes(meter: CallMeter, clock: Clock, isInBatch: () => boolean): ServedTimes {
  /** Of the calls that were not told yet. */
  let method = "";
  let receivedAt = 0;
  let count = 0;

  const settle = (next?: string): void => {
    if (count === 0 || next === method) return;
    const together = count;
    count = 0;
    meter.served(method, clock.now() - receivedAt, undefined, together);
  };

  return {
    settle,
    over(ended, cameAt, code) {
      if (!isInBatch() || code !== undefined) {
        settle();
        meter.served(ended, clock.now() - cameAt, code, 1);
        return;
      }
      // Its handler may have taken in calls of others.
      settle(ended);
      if (count === 0) {
        // What came together came at one time; V8 makes an object of each number kept here.
        method = ended;
        receivedAt = cameAt;
      }
      if (++count === MAX_TOGETHER) settle();
    },
    refused(ended, code) {
      settle();
      meter.served(ended, undefined, code, 1);
    },
  };
}
