import { addAbortListener, removeAbortListener } from "./abort-listeners.js";

/** Who uses a signal is counted, and it is listened to once: many calls are made with one. */
export interface SignalUsers {
  add(signal: AbortSignal): void;
  /** As often as it was added. */
  remove(signal: AbortSignal): void;
}

interface Use {
  readonly signal: AbortSignal;
  readonly listener: () => void;
  count: number;
}

/** @param onAbort told once of a signal that somebody uses; from then on nobody does. */
export function createSignalUsers(onAbort: (signal: AbortSignal) => void): SignalUsers {
  const uses = new WeakMap<AbortSignal, Use>();
  /** The calls of one handler come in a row, with its signal. */
  let latest: Use | undefined;

  const useOf = (signal: AbortSignal): Use | undefined => (latest?.signal === signal ? latest : uses.get(signal));
  const forget = (signal: AbortSignal): void => {
    uses.delete(signal);
    if (latest?.signal === signal) latest = undefined;
  };

  return {
    add(signal) {
      latest = useOf(signal);
      if (latest !== undefined) {
        latest.count++;
        return;
      }
      const listener = (): void => {
        forget(signal);
        onAbort(signal);
      };
      addAbortListener(signal, listener);
      latest = { signal, listener, count: 1 };
      uses.set(signal, latest);
    },
    remove(signal) {
      const use = useOf(signal);
      if (use === undefined || --use.count > 0) return;
      forget(signal);
      removeAbortListener(signal, use.listener);
    },
  };
}
