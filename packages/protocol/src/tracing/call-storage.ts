import { type AsyncLocalStorage, AsyncResource } from "node:async_hooks";
import { isThenable } from "../guarded-callback.js";
import { isIterable } from "../stream-producer.js";

/**
 * Since Node 24 each value set is a map of its own, and `run` sets two: 170 ns, where entering a resource and setting one
 * takes 40. Before, it is the other way round.
 */
const MAKES_MAPS = Number.parseInt(process.versions.node, 10) >= 24;

/** Runs a handler in its call: what it starts, awaits and calls belongs to it. */
export type RunInCall<Call> = <Context extends Call, Params, T>(
  context: Context,
  fn: (params: Params, context: Context) => T,
  params: Params,
) => T;

/** In its call, and in what it is called from, such as the span of a tracing system. */
export function inCall<Call>(storage: AsyncLocalStorage<Call>): RunInCall<Call> {
  return (context, fn, params) => storage.run(context, fn, params, context);
}

/** Runs handlers in their call alone: for all that is called from, what this is called from is taken. */
export function inCallAlone<Call>(storage: AsyncLocalStorage<Call>): RunInCall<Call> {
  if (!MAKES_MAPS) return inCall(storage);
  const outside = new AsyncResource("OutriggerCalls");
  // Left with the resource: nothing needs to be set back.
  const enter = (context: Call, fn: (params: never, context: never) => unknown, params: unknown): unknown => {
    storage.enterWith(context);
    return fn(params as never, context as never);
  };
  return (context, fn, params) => outside.runInAsyncScope(enter, undefined, context, fn as never, params) as never;
}

/** Runs handlers in no call at all, and in none of what it is called from. */
export function inNoCall<Call>(storage: AsyncLocalStorage<Call | undefined>): RunInCall<unknown> {
  if (!MAKES_MAPS) return (context, fn, params) => storage.run(undefined, fn, params, context);
  const outside = storage.run(undefined, () => new AsyncResource("OutriggerEvents"));
  return (context, fn, params) => outside.runInAsyncScope(fn as never, undefined, params, context) as never;
}

/** A stream's handler runs with each item, in the context of who asks for it: asks in its call. */
export function iterateIn<Call>(storage: AsyncLocalStorage<Call>, context: Call, outcome: unknown): unknown {
  if (!MAKES_MAPS) return iterateBy((step) => storage.run(context, step), outcome);
  const entered = storage.run(context, () => new AsyncResource("OutriggerStream"));
  return iterateBy((step) => entered.runInAsyncScope(step), outcome);
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
