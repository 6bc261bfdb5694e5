interface Listening {
  readonly callbacks: Set<() => void>;
  readonly listener: () => void;
}

/** Of all peers and hosts of this process: Node warns of a leak from the eleventh listener of a signal on. */
const listening = new WeakMap<AbortSignal, Listening>();

/** Calls back once when the signal aborts, never where it has. A callback that is added again is added once. */
export function addAbortListener(signal: AbortSignal, callback: () => void): void {
  if (signal.aborted) return;
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
  // As with listeners of their own: who is removed meanwhile is not called, and what they throw is for Node to report.
  const listener = (): void => {
    const thrown: unknown[] = [];
    for (const call of callbacks) {
      callbacks.delete(call);
      try {
        call();
      } catch (error) {
        thrown.push(error);
      }
    }
    listening.delete(signal);
    if (thrown.length > 1) throw new AggregateError(thrown, "several threw when a signal aborted");
    if (thrown.length > 0) throw thrown[0];
  };
  signal.addEventListener("abort", listener, { once: true });
  const heard = { callbacks, listener };
  listening.set(signal, heard);
  return heard;
}

/** @throws TypeError unless it is an AbortSignal. */
export function checkSignal(signal: unknown, method: string): void {
  const { aborted, addEventListener, removeEventListener } = (signal ?? {}) as Partial<AbortSignal>;
  const listens = typeof addEventListener === "function" && typeof removeEventListener === "function";
  if (typeof aborted !== "boolean" || !listens) {
    throw new TypeError(`${method}: signal: expected an AbortSignal`);
  }
}
