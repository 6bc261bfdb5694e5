import type { CapabilityOf, Contract, HealthResult, Remote, Schema, ScopeOf, WorkerToHost } from "@outrigger/protocol";
import type { Log } from "./log-types.js";

/** What the host told this worker of itself in the handshake. */
export interface WorkerInfo {
  /** The id the host gave this worker. */
  readonly id: string;
  /** The host's name and version, if it told them. */
  readonly host: { readonly name: string; readonly version: string } | undefined;
  /** The capabilities granted to this worker. */
  readonly capabilities: readonly string[];
  /** The features both ends have. */
  readonly features: readonly string[];
  /** The config this worker was started with, as the host gave it: unchecked, see `context.config`. */
  readonly config: unknown;
  /** The manifest this worker was started with; unchecked. */
  readonly manifest: unknown;
}

/** What every handler and hook is given. Members are made on first use. */
export interface WorkerContext<C = Contract> {
  /**
   * The host's methods. Calls made through it belong to this call: they carry its invocation, get what is left of its
   * deadline (never more), and are cancelled with it unless given a `signal` of their own.
   */
  readonly host: Remote<WorkerToHost<C>>;
  /** Writes to the host's log; to stderr before the handshake. */
  readonly log: Log;
  /** Aborts when the caller cancels, its deadline passes or the host goes away. */
  readonly signal: AbortSignal;
  /** When the caller stops waiting, ms since the epoch as in `Date.now()`; `undefined` when it has none. */
  readonly deadline: number | undefined;
  /** Whose data this call is about; `undefined` when the host gave no scope. Made by the host, not by the caller's params. */
  readonly scope: ScopeOf<C> | undefined;
  /** The id of the host's invocation; what nested calls carry. */
  readonly invocationId: string | undefined;
  /**
   * The W3C trace context of the call: what came with it, unless a tracing system gave the handler a span of its own. For
   * headers of requests made by hand; calls made through `host` carry it by themselves. `undefined` when there is none.
   */
  readonly traceparent: string | undefined;
  /** What tracing systems add to `traceparent`. */
  readonly tracestate: string | undefined;
  /** Aborts when the worker begins to shut down: endless work should end now, of itself. */
  readonly stopping: AbortSignal;
  /** What the host told this worker of itself. */
  readonly worker: WorkerInfo;
  /**
   * The plugin's config, checked, with its defaults filled in: `config(settings).maxFiles`.
   * @param schema the `config` schema given to `definePlugin`, which gives the config its type here.
   * @throws TypeError for any other schema, and before the handshake.
   */
  config<Config>(schema: Schema<unknown, Config>): Config;
  /**
   * Runs `fn` outside this call, for work that outlives it: calls it makes, timers it starts and what those do carry no
   * invocation, so they have no scope, and no deadline or signal of this call.
   */
  detached<T>(fn: () => T): T;
}

/** A plugin's name, version, config and hooks. */
export interface PluginOptions<C = Contract> {
  /** Shown in the host's logs and diagnostics. Default: the contract's name. */
  readonly name?: string | undefined;
  /** The plugin's own version. Default `"0.0.0"`. */
  readonly version?: string | undefined;
  /**
   * The capabilities the plugin needs, told to the host in the handshake: it says which of them were not granted, and which
   * are new since the version before, so that a product can ask its operator. Asks for none: what is granted, the host says.
   */
  readonly capabilities?: readonly CapabilityOf<C>[] | undefined;
  /**
   * Schema of the plugin's config. Checked in the handshake: a config that does not fit fails the start with a message that
   * names the path (`config.maxFiles: expected number, received string`); no config counts as `{}`. Handlers and hooks read
   * what it gives out with `context.config(schema)`. In a contract with `pluginContract`'s methods it also answers
   * `validateConfig`, unless there is a handler; and a handler of `configChanged` finds the new config checked and in
   * `context.config`. Without that handler the host restarts the worker with the new config.
   */
  readonly config?: Schema | undefined;
  /** Runs once, after the handshake and before any call. May call the host. What it throws fails the start. */
  readonly setup?: ((context: WorkerContext<C>) => unknown) | undefined;
  /** Answers the host's health checks. Default `{ status: "ok" }`. What it throws is reported as status `"error"`. */
  readonly health?: ((context: WorkerContext<C>) => HealthResult | PromiseLike<HealthResult>) | undefined;
  /** Runs once, at shutdown, when the running handlers have finished. May call the host, unless it is gone. */
  readonly teardown?: ((context: WorkerContext<C>) => unknown) | undefined;
}
