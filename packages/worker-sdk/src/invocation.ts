import { AsyncLocalStorage } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";
import { type Contract, DETACH_CHANNEL, type DetachMessage } from "@outrigger/protocol";
import { inCall, inCallAlone, iterateIn, type RunInCall } from "@outrigger/protocol/tracing";
import type { WorkerContext } from "./plugin-context.js";
import type { RunningCall } from "./session-types.js";

/** Says that the code runs outside every call, even when it was started in one. */
const DETACHED = Symbol("detached");

const storage = new AsyncLocalStorage<RunningCall | typeof DETACHED>();

const detaching = channel(DETACH_CHANNEL);

/** Runs a handler in its call, and in what it is called from, such as the span of a tracing system. */
export const runInCall: RunInCall<RunningCall> = inCall(storage as AsyncLocalStorage<RunningCall>);

/** Runs handlers in their call alone. */
export const callRunner = (): RunInCall<RunningCall> => inCallAlone(storage as AsyncLocalStorage<RunningCall>);

/** Runs `fn` outside every call, for work that outlives the call it was started in. */
export function detached<T>(fn: () => T): T {
  if (!detaching.hasSubscribers) return storage.run(DETACHED, fn);
  const message: DetachMessage = {};
  detaching.publish(message);
  const { run } = message;
  return run === undefined ? storage.run(DETACHED, fn) : run(() => storage.run(DETACHED, fn));
}

/** The call the running code belongs to; `"detached"` when it has left it. */
export function currentCall(): RunningCall | "detached" | undefined {
  const current = storage.getStore();
  return current === DETACHED ? "detached" : current;
}

/**
 * The context of the call the running code belongs to: for code that is not handed one, like an imported repository.
 * `undefined` outside a call and in detached work.
 *
 * @param contract only gives the result its type.
 */
export function currentContext<C extends Contract>(contract?: C): WorkerContext<C> | undefined;
export function currentContext(): WorkerContext | undefined {
  const current = storage.getStore();
  return current === DETACHED ? undefined : current;
}

/** A stream's steps are taken in the call it belongs to. */
export const iterateInCall = (context: RunningCall, outcome: unknown): unknown => iterateIn(storage, context, outcome);
