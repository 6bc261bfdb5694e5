import { createSignalUsers } from "./signal-users.js";

/** Many calls on one signal: one listener, where Node warns of a leak from the eleventh on. */
export interface AbortListeners {
  add(signal: AbortSignal, callback: () => void): void;
  remove(signal: AbortSignal, callback: () => void): void;
}

export function createAbortListeners(): AbortListeners {
  const bySignal = new WeakMap<AbortSignal, Set<() => void>>();
  const users = createSignalUsers((signal) => {
    const callbacks = [...(bySignal.get(signal) ?? [])];
    bySignal.delete(signal);
    for (const call of callbacks) call();
  });
  return {
    add(signal, callback) {
      const callbacks = bySignal.get(signal) ?? new Set();
      if (callbacks.has(callback)) return;
      bySignal.set(signal, callbacks.add(callback));
      users.add(signal);
    },
    remove(signal, callback) {
      if (bySignal.get(signal)?.delete(callback) === true) users.remove(signal);
    },
  };
}

/** @throws TypeError unless it is an AbortSignal. */
export function checkSignal(signal: unknown, method: string): void {
  const { aborted, addEventListener, removeEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  const listens = typeof addEventListener === "function" && typeof removeEventListener === "function";
  if (typeof aborted !== "boolean" || !listens) {
    throw new TypeError(`${method}: signal: expected an AbortSignal`);
  }
}
