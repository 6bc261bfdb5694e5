import { AsyncLocalStorage } from "node:async_hooks";
import type { TraceContext } from "../trace-context.js";
import { inCall, inCallAlone, inNoCall, iterateIn, type RunInCall } from "./call-storage.js";

/** A worker's call that a host serves. The calls made meanwhile belong to it, and only they look at it. */
export interface ServedCall {
  readonly trace: TraceContext | undefined;
  /** Aborts when the call is cancelled; a notification, which nobody waits for, is not. */
  readonly cancellation?: AbortSignal | undefined;
  /** What is left of its caller's time, ms; `undefined`: it has no deadline. */
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

/** Runs a handler in the call it serves, and in what it is called from. */
export const runServed: RunInCall<ServedCall> = inCall(storage as AsyncLocalStorage<ServedCall>);

/** Runs handlers in the call they serve alone. */
export const servedAlone = (): RunInCall<ServedCall> => inCallAlone(storage as AsyncLocalStorage<ServedCall>);

/** Runs handlers that serve no call, in none. */
export const servingNone = (): RunInCall<unknown> => inNoCall(storage);

/** Runs `fn` outside the call that is served, for what outlives it. */
export function outsideServed<T>(fn: () => T): T {
  return storage.getStore() === undefined ? fn() : storage.run(undefined, fn);
}

/** A stream's steps are taken in the call it belongs to. */
export const iterateServed = (call: ServedCall, outcome: unknown): unknown => iterateIn(storage, call, outcome);
