import { AsyncLocalStorage } from "node:async_hooks";
import { isThenable } from "../guarded-callback.js";
import { isIterable } from "../stream-producer.js";
import type { TraceContext } from "../trace-context.js";

/** A worker's call that a host serves. The calls made meanwhile belong to it, and only they look at it. */
export interface ServedCall {
  readonly trace: TraceContext | undefined;
  /** Aborts when the call is cancelled. */
  readonly signal?: AbortSignal;
  /** What is left of its caller's time, ms; `undefined`: the caller told no deadline. */
  readonly remainingMs?: number | undefined;
}

const storage = new AsyncLocalStorage<ServedCall | undefined>();

/** The call that the running code serves, in a host. */
export function currentServed(): ServedCall | undefined {
  return storage.getStore();
}

/** The trace that the running code belongs to, in a host: that of the worker's call it serves. */
export function currentTrace(): TraceContext | undefined {
  return storage.getStore()?.trace;
}

/** Runs a handler in the call it serves. */
export function runServed<Params, Context, T>(
  call: ServedCall,
  handler: (params: Params, context: Context) => T,
  params: Params,
  context: Context,
): T {
  return storage.run(call, handler, params, context);
}

/** Runs `fn` outside the call that is served, for what outlives it. */
export function outsideServed<T>(fn: () => T): T {
  return storage.getStore() === undefined ? fn() : storage.run(undefined, fn);
}

/** A stream's handler runs with each item, in the context of who asks for it: asks in its call. */
export function iterateServed(call: ServedCall, outcome: unknown): unknown {
  return iterateBy((step) => storage.run(call, step), outcome);
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
