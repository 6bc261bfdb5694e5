import { AsyncLocalStorage } from "node:async_hooks";
import { isThenable } from "../guarded-callback.js";
import { isIterable } from "../stream-producer.js";
import type { TraceContext } from "../trace-context.js";

const storage = new AsyncLocalStorage<TraceContext | undefined>();

/** The trace that the running code belongs to, in a host: that of the worker's call it serves. */
export function currentTrace(): TraceContext | undefined {
  return storage.getStore();
}

/**
 * Runs a handler in the trace of its call. Also without a trace: code that runs on behalf of a pipe may be in whatever
 * trace its process was started from.
 */
export function runInTrace<Params, Context, T>(
  trace: TraceContext | undefined,
  handler: (params: Params, context: Context) => T,
  params: Params,
  context: Context,
): T {
  return storage.getStore() === trace ? handler(params, context) : storage.run(trace, handler, params, context);
}

/** A stream's handler runs with each item, in the context of who asks for it: asks in the trace of its call. */
export function iterateInTrace(trace: TraceContext | undefined, outcome: unknown): unknown {
  if (trace === undefined && storage.getStore() === undefined) return outcome;
  return iterateBy((step) => storage.run(trace, step), outcome);
}

/** An iterable, or the promise of one, whose every step is taken by `run`; anything else as it is. */
export function iterateBy(run: <T>(step: () => T) => T, outcome: unknown): unknown {
  if (isThenable(outcome)) return Promise.resolve(outcome).then((source) => iterateBy(run, source));
  if (!isIterable(outcome)) return outcome;
  return {
    [Symbol.iterator]() {
      const iterator = run(() => iteratorOf(outcome));
      const next = () => iterator.next();
      const end = () => iterator.return?.() ?? { done: true as const, value: undefined };
      return { next: () => run(next), return: () => run(end) };
    },
  };
}

/** The peer's producer takes what `next` returns, a promise or not, so that items of a plain iterable cost no promise. */
function iteratorOf(source: AsyncIterable<unknown> | Iterable<unknown>): Iterator<unknown> | AsyncIterator<unknown> {
  return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
}
