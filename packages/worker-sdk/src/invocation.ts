import { AsyncLocalStorage } from "node:async_hooks";
import type { Contract } from "@outrigger/protocol";
import { iterateBy } from "@outrigger/protocol/tracing";
import type { WorkerContext } from "./plugin-context.js";
import type { RunningCall } from "./session-types.js";

/** Says that the code runs outside every call, even when it was started in one. */
const DETACHED = Symbol("detached");

const storage = new AsyncLocalStorage<RunningCall | typeof DETACHED>();

/** Runs a handler in its call: what it starts, awaits and calls belongs to it. */
export function runInCall<T>(
  context: RunningCall,
  fn: (params: unknown, context: WorkerContext) => T,
  params: unknown,
): T {
  return storage.run(context, fn, params, context);
}

/** Runs `fn` outside every call, for work that outlives the call it was started in. */
export function detached<T>(fn: () => T): T {
  return storage.run(DETACHED, fn);
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

/** A generator's body runs in the context of whoever asks for the next item: asks in the call the stream belongs to. */
export function iterateInCall(context: RunningCall, outcome: unknown): unknown {
  return iterateBy((step) => storage.run(context, step), outcome);
}
