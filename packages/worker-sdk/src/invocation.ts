import { AsyncLocalStorage } from "node:async_hooks";
import { channel } from "node:diagnostics_channel";
import { type Contract, DETACH_CHANNEL, type DetachMessage } from "@outrigger/protocol";
import { iterateBy } from "@outrigger/protocol/tracing";
import type { WorkerContext } from "./plugin-context.js";
import type { RunningCall } from "./session-types.js";

/** Says that the code runs outside every call, even when it was started in one. */
const DETACHED = Symbol("detached");

const storage = new AsyncLocalStorage<RunningCall | typeof DETACHED>();

const detaching = channel(DETACH_CHANNEL);

/** Since Node 24 each value set is a map of its own, and `run` sets two; before, entering a snapshot costs more. */
const MAKES_MAPS = Number.parseInt(process.versions.node, 10) >= 24;

/** Runs a handler in its call: what it starts, awaits and calls belongs to it. */
export type RunInCall = <T>(
  context: RunningCall,
  fn: (params: unknown, context: WorkerContext) => T,
  params: unknown,
) => T;

/** In its call, and in what it is called from, such as the span of a tracing system. */
export const runInCall: RunInCall = (context, fn, params) => storage.run(context, fn, params, context);

/** Runs handlers in their call alone: for all that is called from, what this is called from is taken. */
export function callRunner(): RunInCall {
  if (!MAKES_MAPS) return runInCall;
  const enterOutside = AsyncLocalStorage.snapshot();
  // Left with the snapshot: nothing needs to be set back.
  const run: RunInCall = (context, fn, params) => {
    storage.enterWith(context);
    return fn(params, context);
  };
  return (context, fn, params) => enterOutside(run, context, fn, params) as never;
}

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

/** A generator's body runs in the context of whoever asks for the next item: asks in the call the stream belongs to. */
export function iterateInCall(context: RunningCall, outcome: unknown): unknown {
  const inCall = MAKES_MAPS ? storage.run(context, () => AsyncLocalStorage.snapshot()) : undefined;
  return iterateBy(inCall ?? ((step) => storage.run(context, step)), outcome);
}
