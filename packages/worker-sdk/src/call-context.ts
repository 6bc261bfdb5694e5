import type { IncomingCall, MessageMeta, Remote, TraceContext } from "@outrigger/protocol";
import { createRemote } from "./host-calls.js";
import { detached } from "./invocation.js";
import type { Log } from "./log-types.js";
import type { PluginConfig } from "./plugin-config.js";
import type { WorkerInfo } from "./plugin-context.js";
import type { RunningCall, Session } from "./session-types.js";

/** What a context needs of a call; hooks that no call asked for bring their own. */
export type CallFacts = Pick<IncomingCall, "meta" | "trace" | "deadline" | "signal" | "progress"> &
  Partial<Pick<IncomingCall, "input">>;

/** The context of one call. Everything is made on first use: a handler that uses nothing pays for one small object. */
export class CallContext implements RunningCall {
  readonly #call: CallFacts;
  readonly #session: Session;
  #host: Remote<never> | undefined;
  #meta: MessageMeta | undefined;

  /** @param host whose calls belong to whatever call the running code is in: for hooks, which plugins keep it from. Default: to this one */
  constructor(call: CallFacts, session: Session, host?: Remote<never>) {
    this.#call = call;
    this.#session = session;
    this.#host = host;
  }

  get host(): Remote<never> {
    this.#host ??= createRemote(this.#session, this);
    return this.#host;
  }

  get log(): Log {
    return this.#session.log;
  }

  get signal(): AbortSignal {
    return this.#call.signal;
  }

  get deadline(): number | undefined {
    const left = this.remainingMs;
    return left === undefined ? undefined : Date.now() + left;
  }

  get scope(): unknown {
    return this.#call.meta?.invocation?.scope;
  }

  get invocationId(): string | undefined {
    const id = this.#call.meta?.invocation?.id;
    return typeof id === "string" ? id : undefined;
  }

  get trace(): TraceContext | undefined {
    return this.#call.trace;
  }

  get traceparent(): string | undefined {
    return this.#call.trace?.traceparent;
  }

  get tracestate(): string | undefined {
    return this.#call.trace?.tracestate;
  }

  get stopping(): AbortSignal {
    return this.#session.stopping;
  }

  get worker(): WorkerInfo {
    return this.#session.info();
  }

  get config(): PluginConfig["read"] {
    return this.#session.config.read;
  }

  get progress(): (value: unknown) => void {
    return this.#call.progress;
  }

  get input(): IncomingCall["input"] {
    return this.#call.input;
  }

  get detached(): typeof detached {
    return detached;
  }

  get remainingMs(): number | undefined {
    const { deadline } = this.#call;
    return deadline === undefined ? undefined : deadline - this.#session.clock.now();
  }

  get meta(): MessageMeta | undefined {
    this.#meta ??= this.#makeMeta();
    return this.#meta;
  }

  #makeMeta(): MessageMeta | undefined {
    const id = this.invocationId;
    const { trace } = this;
    if (trace === undefined) return id === undefined ? undefined : { invocationId: id };
    return id === undefined ? trace : { invocationId: id, ...trace };
  }
}
