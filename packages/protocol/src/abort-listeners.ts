/** Many calls on one signal: one listener, where Node warns of a leak from the eleventh on. */
export interface AbortListeners {
  add(signal: AbortSignal, callback: () => void): void;
  remove(signal: AbortSignal, callback: () => void): void;
}

export function createAbortListeners(): AbortListeners {
  const bySignal = new WeakMap<AbortSignal, { readonly callbacks: Set<() => void>; readonly listener: () => void }>();
  return {
    add(signal, callback) {
      const known = bySignal.get(signal);
      if (known !== undefined) {
        known.callbacks.add(callback);
        return;
      }
      const callbacks = new Set([callback]);
      const listener = (): void => {
        bySignal.delete(signal);
        for (const call of [...callbacks]) call();
      };
      bySignal.set(signal, { callbacks, listener });
      signal.addEventListener("abort", listener, { once: true });
    },
    remove(signal, callback) {
      const known = bySignal.get(signal);
      if (known === undefined || !known.callbacks.delete(callback) || known.callbacks.size > 0) return;
      bySignal.delete(signal);
      signal.removeEventListener("abort", known.listener);
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
