import type { Clock } from "@outrigger/protocol";
import { LATE_MS } from "./liveness-state.js";

/** Tells how long a worker's main thread has been standing still, from pings that are not answered. */
export interface StallWatch {
  /** A ping was sent. */
  pinged(): void;
  /** One was answered. */
  answered(): void;
  stop(): void;
}

/**
 * One timer while a ping is unanswered, none else. The host's own stalls do not count, nor does a worker stand still that
 * has `moved`: its answer is behind what it writes.
 *
 * @param watch.stallMs how long it may stand still
 * @param watch.onMoved told when a look finds that it has moved
 * @param watch.onDoubt told when half of that has passed
 * @param watch.onStalled told after `stallMs`, and again each time it has lasted twice as long
 */
export function watchStalls(watch: {
  readonly clock: Clock;
  readonly stallMs: number;
  moved(): boolean;
  onMoved(): void;
  onDoubt(): void;
  onStalled(stalledMs: number): void;
}): StallWatch {
  const { clock, stallMs } = watch;
  let cancel: (() => void) | undefined;
  let lookedAt = 0;
  let plannedMs = 0;
  let silentMs = 0;
  let dueMs = stallMs;
  let isStopped = false;

  const arm = (ms: number): void => {
    lookedAt = clock.now();
    plannedMs = ms;
    cancel = clock.setTimer(look, ms, true);
  };
  const begin = (): void => {
    silentMs = 0;
    dueMs = stallMs;
    arm(stallMs / 2);
  };
  const look = (): void => {
    const passedMs = clock.now() - lookedAt;
    if (watch.moved()) {
      watch.onMoved();
      begin();
      return;
    }
    silentMs += Math.min(passedMs, plannedMs);
    // Who is late every time must decide some time.
    if (passedMs > plannedMs + LATE_MS && silentMs < 2 * dueMs) arm(LATE_MS);
    else decide();
  };
  // Armed before anybody is told, who may stop the watch.
  const decide = (): void => {
    if (silentMs >= dueMs) {
      dueMs = 2 * silentMs;
      arm(silentMs);
      watch.onStalled(silentMs);
    } else {
      arm(dueMs - silentMs);
      if (silentMs < stallMs) watch.onDoubt();
    }
  };
  return {
    pinged() {
      if (isStopped || cancel !== undefined) return;
      watch.moved();
      begin();
    },
    answered() {
      cancel?.();
      cancel = undefined;
    },
    stop() {
      isStopped = true;
      cancel?.();
    },
  };
}
