import type { CallMeter } from "./call-meter.js";
import type { Clock } from "./clock.js";

/** So many calls are timed by one reading of the clock, which takes a twentieth of the smallest. */
const MAX_TOGETHER = 8;

/** Tells a meter how long calls were handled. */
export interface ServedTimes {
  /** From now on `batchEnd` is told after what comes together, or not: then each call is timed by itself. */
  batchStart(endIsTold: boolean): void;
  batchEnd(): void;
  /** The handler of a call is about to run: its time is nobody else's. */
  before(method: string): void;
  /** A call is over that came at `receivedAt`, ms; with the code of its error. */
  after(method: string, receivedAt: number, code: number | undefined): void;
}

/**
 * Calls of one method that came together, one behind the other, and went well at once, count as having taken as long as
 * the last of up to eight.
 */
export function createServedTimes(meter: CallMeter, clock: Clock): ServedTimes {
  let isInBatch = false;
  let method = "";
  let receivedAt = 0;
  let count = 0;

  const tell = (): void => {
    if (count === 0) return;
    const together = count;
    count = 0;
    meter.served(method, clock.now() - receivedAt, undefined, together);
  };

  return {
    batchStart(endIsTold) {
      tell();
      isInBatch = endIsTold;
    },
    batchEnd() {
      isInBatch = false;
      tell();
    },
    before(next) {
      if (next !== method) tell();
    },
    after(ended, cameAt, code) {
      if (!isInBatch || code !== undefined) {
        meter.served(ended, clock.now() - cameAt, code, 1);
        return;
      }
      if (ended !== method || cameAt !== receivedAt) {
        tell();
        method = ended;
        receivedAt = cameAt;
      }
      if (++count === MAX_TOGETHER) tell();
    },
  };
}
