interface Listening {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

/** Of all peers and hosts of this process: Node warns of a leak from the eleventh listener of a signal on. */
const listening = new WeakMap<AbortSignal, Listening>();

/** Calls back once when the signal aborts. A callback that is added again is added once. */
export function addAbortListener(signal: AbortSignal, callback: () => void): void {
  const { callbacks } = listening.get(signal) ?? listen(signal);
  callbacks.add(callback);
}

export function removeAbortListener(signal: AbortSignal, callback: () => void): void {
  const heard = listening.get(signal);
  if (heard?.callbacks.delete(callback) !== true || heard.callbacks.size > 0) return;
  listening.delete(signal);
  signal.removeEventListener("abort", heard.listener);
}

function listen(signal: AbortSignal): Listening {
  const callbacks = new Set<() => void>();
  const listener = (): void => {
    listening.delete(signal);
    const thrown: unknown[] = [];
    for (const call of callbacks) {
      try {
        call();
      } catch (error) {
        thrown.push(error);
      }
    }
    // As of a listener of its own, for Node to report.
    if (thrown.length > 0) throw thrown[0];
  };
  listening.set(signal, { callbacks, listener });
  signal.addEventListener("abort", listener, { once: true });
  return { callbacks, listener };
}

/** @throws TypeError unless it is an AbortSignal. */
export function checkSignal(signal: unknown, method: string): void {
  const { aborted, addEventListener, removeEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  const listens = typeof addEventListener === "function" && typeof removeEventListener === "function";
  if (typeof aborted !== "boolean" || !listens) {
    throw new TypeError(`${method}: signal: expected an AbortSignal`);
  }
}
