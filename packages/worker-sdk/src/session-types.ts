import type { Clock, MessageMeta, Peer, Remote, TraceContext } from "@outrigger/protocol";
import type { Plugin } from "./define-plugin.js";
import type { Log } from "./log-types.js";
import type { PluginConfig } from "./plugin-config.js";
import type { WorkerContext, WorkerInfo } from "./plugin-context.js";

/** One plugin serving one host, from the handshake to the end. */
export interface Session {
  readonly plugin: Plugin;
  peer(): Peer;
  readonly clock: Clock;
  readonly log: Log;
  /** The host's methods, for whatever call is running. */
  host(): Remote<never>;
  /** Throws before the handshake. */
  info(): WorkerInfo;
  /** The id the host gave this worker; `undefined` before the handshake. */
  workerId(): string | undefined;
  readonly config: PluginConfig;
  /** Aborts when the worker begins to shut down. */
  readonly stopping: AbortSignal;
  /** Something broke that cannot be repaired: takes no more calls, says why, and ends with exit code 1. */
  fail(what: string, error: unknown): Promise<void>;
}

/** A call being handled, as the calls made for it see it. */
export interface RunningCall extends WorkerContext {
  /** What is left of the caller's budget, ms. */
  readonly remainingMs: number | undefined;
  /** The trace it belongs to. */
  readonly trace: TraceContext | undefined;
  /** What a call made for this one carries. */
  readonly meta: MessageMeta | undefined;
}
