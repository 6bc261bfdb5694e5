import type { CallOrigin, InvocationStatus } from "../authority/call-origin.js";
import type { Contract } from "../contract.js";
import type { ScopedHandlers, ScopeOf, WorkerToHost } from "../contract-types.js";
import type { HostLogger } from "../host-logger.js";
import type { IncomingCall } from "../incoming-call.js";
import type { TraceContext } from "../trace-context.js";
import { outsideServed, type ServedCall } from "./served-storage.js";

/** What a host handler is told of the call it answers. */
export interface HandlerContext<Scope = unknown> {
  /** Whose call it is; set by the host, not by the worker. */
  readonly workerId: string;
  /** Number of the process that calls, from 1: that of `ready`, `exit` and `crash` events. */
  readonly incarnation: number;
  readonly method: string;
  /** The scope of the invocation the call belongs to; `undefined` when it belongs to none. */
  readonly scope: Scope | undefined;
  /** The host's id of that invocation; `undefined` unless it is live. Never an id that a worker made up. */
  readonly invocationId: string | undefined;
  /** Whether the call belongs to an invocation; `expired` and `unknown`: it named one that is not to be trusted. */
  readonly invocation: InvocationStatus;
  /** Aborts when the worker cancels the call, and when its process ends before it is answered. */
  readonly signal: AbortSignal;
  /**
   * Aborts when the process that calls is gone, also long after the call was answered: for what the handler keeps on its
   * behalf, such as a subscription. The next process asks anew.
   */
  readonly ended: AbortSignal;
  /** When the worker stops waiting, ms since the epoch; `undefined` when it has none. */
  readonly deadline: number | undefined;
  /**
   * The W3C trace context of the call: what came with it, unless a tracing system gave the handler a span of its own.
   * Workers called from here carry it on by themselves. `undefined` when there is none.
   */
  readonly traceparent: string | undefined;
  /** What tracing systems add to `traceparent`. */
  readonly tracestate: string | undefined;
  /**
   * Runs `fn` outside the call, and returns what it returns: for calls of workers that are to outlive it. All others that
   * are made here end with it, at its deadline at the latest; those of a notification's handler, which nobody waits for, go on.
   */
  detached<T>(fn: () => T): T;
  /** What was granted to the worker. */
  readonly capabilities: ReadonlySet<string>;
  /** The host's logger; its records name the worker. It never throws: what the logger throws or rejects with is counted. */
  readonly log: HostLogger;
}

/** Of the handler of a `scoped` method: it surely has a scope. */
export interface ScopedHandlerContext<Scope = unknown> extends HandlerContext<Scope> {
  readonly scope: Scope;
}

/** A handler for each worker→host method of a contract; optional methods may be left out. */
export type HostHandlers<C extends Contract> = ScopedHandlers<
  WorkerToHost<C>,
  HandlerContext<ScopeOf<C>>,
  ScopedHandlerContext<ScopeOf<C>>
>;

/** What the contexts of one process have in common. */
export interface ContextSource {
  readonly workerId: string;
  readonly incarnation: number;
  readonly ended: AbortSignal;
  readonly capabilities: ReadonlySet<string>;
  readonly log: HostLogger;
  /** ms on the clock of deadlines. */
  readonly now: () => number;
  /** Turns a deadline of the monotonic clock into a time of day. */
  timeOfDay(deadline: number): number;
}

/** The part of a call that its context shows. */
export type ShownCall = Pick<IncomingCall, "method" | "signal" | "trace" | "deadline" | "progress"> &
  Partial<Pick<IncomingCall, "id" | "input">>;

/** The context of one call. Members are made on first use. */
export class CallContext implements HandlerContext, ServedCall {
  readonly #call: ShownCall;
  readonly #origin: CallOrigin;
  readonly #source: ContextSource;

  constructor(call: ShownCall, origin: CallOrigin, source: ContextSource) {
    this.#origin = origin;
    this.#call = call;
    this.#source = source;
  }

  get workerId(): string {
    return this.#source.workerId;
  }
  get incarnation(): number {
    return this.#source.incarnation;
  }
  get ended(): AbortSignal {
    return this.#source.ended;
  }
  get method(): string {
    return this.#call.method;
  }
  get scope(): unknown {
    return this.#origin.scope;
  }
  get invocationId(): string | undefined {
    return this.#origin.invocationId;
  }
  get invocation(): InvocationStatus {
    return this.#origin.invocation;
  }
  get signal(): AbortSignal {
    return this.#call.signal;
  }
  get cancellation(): AbortSignal | undefined {
    return this.#call.id === undefined ? undefined : this.#call.signal;
  }
  get deadline(): number | undefined {
    return this.#call.deadline === undefined ? undefined : this.#source.timeOfDay(this.#call.deadline);
  }
  get traceparent(): string | undefined {
    return this.#call.trace?.traceparent;
  }
  get tracestate(): string | undefined {
    return this.#call.trace?.tracestate;
  }
  get trace(): TraceContext | undefined {
    return this.#call.trace;
  }
  get remainingMs(): number | undefined {
    return this.#call.deadline === undefined ? undefined : this.#call.deadline - this.#source.now();
  }
  get detached(): typeof outsideServed {
    return outsideServed;
  }
  get capabilities(): ReadonlySet<string> {
    return this.#source.capabilities;
  }
  get log(): HostLogger {
    return this.#source.log;
  }
  get progress(): (value: unknown) => void {
    return this.#call.progress;
  }
  get input(): IncomingCall["input"] {
    return this.#call.input;
  }
}
