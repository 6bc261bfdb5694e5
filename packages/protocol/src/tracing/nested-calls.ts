import { addAbortListener, checkSignal, removeAbortListener } from "../abort-listeners.js";
import type { PeerCallOptions } from "../outgoing-call.js";
import { currentServed, type ServedCall } from "./served-storage.js";
import type { WorkerCalls } from "./traced-calls.js";

type EndOptions = Pick<PeerCallOptions, "signal" | "withinMs" | "onSettled">;

/** The same calls. One that is made while a worker's call is served ends with that call, and in its time. */
export function nestedCalls<Options extends EndOptions>(calls: WorkerCalls<Options>): WorkerCalls<Options> {
  return {
    request(method, params, options) {
      const served = currentServed();
      if (served === undefined) return calls.request(method, params, options);
      const { ending, release } = endWith(served, options, method);
      const promise = calls.request(method, params, { ...options, ...ending } as Options);
      if (release !== undefined) promise.then(release, release);
      return promise;
    },
    notify: calls.notify,
    stream(method, params, options) {
      const served = currentServed();
      if (served === undefined) return calls.stream(method, params, options);
      const { ending, release } = endWith(served, options, method);
      const onSettled = (error?: unknown): void => {
        release?.();
        options?.onSettled?.(error);
      };
      return calls.stream(method, params, { ...options, ...ending, onSettled } as unknown as Options);
    },
  };
}

/** How a call ends with the one that is served; `release` lets go of the signals, where there are two. */
function endWith(
  served: ServedCall,
  options: EndOptions | undefined,
  method: string,
): { readonly ending: EndOptions; readonly release?: () => void } {
  const withinMs = served.remainingMs;
  const signal = served.cancellation;
  const own = options?.signal;
  if (signal === undefined || (own !== undefined && !isSignal(own, method))) return { ending: { withinMs } };
  if (own === undefined) return { ending: { withinMs, signal } };
  const { signal: either, release } = eitherOf(signal, own);
  return { ending: { withinMs, signal: either }, release };
}

/** What is no signal is left for the peer to refuse. */
function isSignal(signal: unknown, method: string): boolean {
  try {
    checkSignal(signal, method);
    return true;
  } catch {
    return false;
  }
}

/** Aborts with the first of the two. `AbortSignal.any` would stay behind in a signal that lives long. */
function eitherOf(
  one: AbortSignal,
  other: AbortSignal,
): { readonly signal: AbortSignal; readonly release: () => void } {
  const controller = new AbortController();
  const watched = [one, other].map((signal) => ({ signal, onAbort: () => controller.abort(signal.reason) }));
  for (const { signal, onAbort } of watched) {
    if (signal.aborted) onAbort();
    else addAbortListener(signal, onAbort);
  }
  return {
    signal: controller.signal,
    release() {
      for (const { signal, onAbort } of watched) removeAbortListener(signal, onAbort);
    },
  };
}
