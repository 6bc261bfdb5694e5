import type { TimerName } from "./state-types.js";
import type { HostCore } from "./worker-spec.js";

/** What one worker waits for: a timer or its turn to restart, one at a time, and its turn to start. */
export interface LifecycleTimer {
  /** Replaces what was waited for. That of a start counts from its turn. */
  arm(timer: TimerName, serial: number, afterMs: number): void;
  /** Waits for the turn to restart instead. */
  queue(serial: number): void;
  disarm(): void;
  /** Calls `launch` when the worker has its turn to start, at once if it has. */
  start(launch: () => void): void;
  /** Gives up the turn, or the place. */
  endStart(): void;
}

/** @param onFire told the serial of what is over */
export function createLifecycleTimer(
  { runtime, restarts, starts }: Pick<HostCore, "runtime" | "restarts" | "starts">,
  worker: object,
  onFire: (serial: number) => void,
): LifecycleTimer {
  let cancel: (() => void) | undefined;
  let armStart: (() => void) | undefined;
  let leaveStarts: (() => void) | undefined;

  const disarm = (): void => {
    cancel?.();
    cancel = armStart = undefined;
  };
  const wait = (serial: number, begin: (fire: () => void) => () => void): void => {
    disarm();
    let hasFired = false;
    const stop = begin(() => {
      hasFired = true;
      cancel = undefined;
      onFire(serial);
    });
    // A turn that comes at once may have armed the next timer already.
    if (!hasFired) cancel = stop;
  };
  return {
    arm(timer, serial, afterMs) {
      const begin = (): void => wait(serial, (fire) => runtime.clock.setTimer(fire, afterMs));
      if (timer !== "initialize") {
        begin();
        return;
      }
      disarm();
      armStart = begin;
    },
    queue: (serial) => wait(serial, (fire) => restarts.enter(worker, fire)),
    disarm,
    start(launch) {
      leaveStarts = starts.enter(() => {
        armStart?.();
        launch();
      });
    },
    endStart() {
      leaveStarts?.();
      leaveStarts = undefined;
    },
  };
}
