import type { Clock } from "./clock.js";
import { MAX_DELAY_MS } from "./delay.js";

/** One timer for many deadlines: armed for the earliest, left alone by calls that settle. */
export interface DeadlineTimer {
  /** Makes sure that `onDue` runs at `deadline` or earlier. */
  arm(deadline: number): void;
  disarm(): void;
}

/** @param onDue runs when the timer fires; it arms again for the next deadline. */
export function createDeadlineTimer(clock: Clock, onDue: () => void): DeadlineTimer {
  let due = Number.POSITIVE_INFINITY;
  let cancel: (() => void) | undefined;

  const disarm = (): void => {
    cancel?.();
    cancel = undefined;
    due = Number.POSITIVE_INFINITY;
  };

  return {
    arm(deadline) {
      if (deadline >= due) return;
      cancel?.();
      due = deadline;
      cancel = clock.setTimer(
        () => {
          disarm();
          onDue();
        },
        // A longer delay would fire at once. Too early costs nothing: who is not due is armed for again.
        Math.min(Math.max(0, deadline - clock.now()), MAX_DELAY_MS),
      );
    },
    disarm,
  };
}
