import type { Method } from "./contract.js";

/** Name of the `tracingChannel` of the calls this process makes. See docs/tracing.md in the repository. */
export const CALL_CHANNEL = "outrigger:call";
/** Name of the `tracingChannel` of the calls whose handlers run in this process. See docs/tracing.md in the repository. */
export const SERVE_CHANNEL = "outrigger:serve";
/** Name of the `channel` of work that leaves the call it was started in. See docs/tracing.md in the repository. */
export const DETACH_CHANNEL = "outrigger:detach";

interface TracedCall {
  /** The name of the contract. */
  readonly contract: string;
  /** The worker called or calling, as its host names it; `undefined` in a worker before its handshake. */
  readonly workerId: string | undefined;
  /** Which end this is. */
  readonly side: "host" | "worker";
  readonly method: string;
  readonly kind: Method["kind"] | undefined;
  readonly params: unknown;
  /** What the call failed with; once it has. */
  error?: unknown;
}

/**
 * What the subscribers of {@link CALL_CHANNEL} are told of a call, one object from `start` to `asyncEnd`. `start` comes
 * before the call is sent, `asyncEnd` exactly once, when it is over, however it ended.
 */
export interface CallMessage extends TracedCall {
  /** The trace the call will carry. A subscriber of `start` may set it, to a span of its own. */
  traceparent: string | undefined;
  tracestate: string | undefined;
  /** Whether it was chosen for this call, in its options or by its context: it goes before what the running code is in. */
  readonly isTraceChosen: boolean;
  /** What a request resolved with; once it has. */
  result?: unknown;
}

/**
 * What the subscribers of {@link SERVE_CHANNEL} are told of a call, one object from `start` to `asyncEnd`. `start` comes
 * before its handler runs, `asyncEnd` exactly once, when the handler has finished; a stream's, when its last item is out.
 * A call that is refused before its handler runs is not told.
 */
export interface ServeMessage extends TracedCall {
  /** The trace that came with the call. A subscriber of `start` may set it; the handler's context and calls have it. */
  traceparent: string | undefined;
  tracestate: string | undefined;
  /** A subscriber of `start` may set it, to run the handler in a context of its own. Calls `handler` once, at once. */
  run?: <T>(handler: () => T) => T;
}

/** What the subscribers of {@link DETACH_CHANNEL} are told before detached work runs. */
export interface DetachMessage {
  /** A subscriber may set it, to run the work outside a context of its own. Calls `work` once, at once. */
  run?: <T>(work: () => T) => T;
}
