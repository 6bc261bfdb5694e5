import type { CapabilityOf, Codec, Contract, HostLogger, PeerLimits, TransportLimits } from "@outrigger/protocol";
import type { HostHandlers } from "@outrigger/protocol/tracing";
import type { CancelPolicy } from "./cancel-policy.js";
import type { InheritEnv } from "./environment.js";
import type { HostRuntime } from "./host-runtime.js";
import type { Launcher } from "./launcher.js";
import type { LogLimits } from "./log-bridge.js";
import type { NodeLauncherOptions } from "./node-launcher.js";
import type { Given } from "./option-checks.js";
import type { CompileCacheOption } from "./resolve-compile-cache.js";
import type { LivenessOption } from "./resolve-liveness.js";
import type { RestartBudget } from "./restart-budget.js";
import type { RestartPolicy } from "./restart-policy.js";
import type { RecordOptions } from "./tape-file.js";

/** How long things may take, in ms, each from 1 to 2,147,483,647. */
export interface Timeouts {
  /** A call when neither caller nor method says otherwise. At most 900,000. Default 30,000. */
  readonly callMs: number;
  /**
   * From the launch of a process, when it has its turn to start, to the end of its handshake, the plugin's setup
   * included. Default 15,000.
   */
  readonly initializeMs: number;
  /** From the shutdown request to the exit, running calls included. Default 10,000. */
  readonly drainMs: number;
  /** From SIGTERM to the exit. Default 5,000. */
  readonly terminateMs: number;
  /** From SIGKILL to the exit. Default 2,000. */
  readonly killMs: number;
}

/** Bounds of one worker, each a whole number from 1. Past a bound calls fail with OVERLOADED and notifications are dropped and counted. */
export interface HostLimits extends Omit<PeerLimits, "callTimeoutMs">, Required<Omit<TransportLimits, "messageBytes">> {
  /** Bytes of the worker's calls and notifications that are handled at once, and of their input that nobody has read; one that is alone may be larger. Default: `messageBytes`. */
  readonly incomingBytes: number;
  /** Cap of V8's old generation in a Node worker, MiB. Default: V8's own. */
  readonly heapMb: number;
  /**
   * Resident memory of the process, MiB, measured from outside: each second on Linux, every 5 s elsewhere. Past it the
   * worker is killed and restarted (`memory-limit`). Counts what `heapMb` does not: Buffers, native modules. Default: none.
   */
  readonly rssMb: number;
  /** Scopes lent at once. Default 10,000. */
  readonly invocations: number;
  /** How long a scope stays good after its call settled, ms. Default 5,000. */
  readonly invocationGraceMs: number;
  /** How long the scope of a notification is good, ms. Default 900,000. */
  readonly notificationScopeMs: number;
  /**
   * JSON of the scopes of calls in their grace, bytes, and as much of notifications. The oldest end early; a larger one has no
   * grace, and no notification. Default 16 MiB.
   */
  readonly scopeBytes: number;
  /** Push channels open at once. Default 1,000. */
  readonly channels: number;
  /** Subscriptions to its push channels at once. Default 1,000. */
  readonly subscriptions: number;
  /** Params held for a second sending of `idempotent` calls, bytes. Past it a call is sent as any, and once. Default 64 MiB. */
  readonly resendBytes: number;
  /** How much of the end of its stderr is kept for failure messages, characters. Default 8,000. */
  readonly stderrTailCharacters: number;
  /** Log lines of the worker written per second. Default 100. */
  readonly logLinesPerSecond: LogLimits["linesPerSecond"];
  /** Log lines written at once after a quiet time. Default 1,000. */
  readonly logBurst: LogLimits["burst"];
}

/** What follows when a worker was not granted what its plugin needs. */
export type MissingCapabilities = "report" | "refuse";

/** What may be said of all workers of a host, and of one: the worker's own go before the host's. */
export interface SharedOptions {
  /** When and how often a worker that crashed is started again. */
  readonly restart?:
    | (Given<Omit<RestartPolicy, "rules">> & { readonly rules?: Given<RestartPolicy["rules"]> })
    | undefined;
  readonly timeouts?: Given<Timeouts> | undefined;
  readonly limits?: Given<HostLimits> | undefined;
  /**
   * Pings tell a hung worker from a slow one; what follows is `onHang`. `false`: none are sent, as is right for a worker
   * in a debugger, which hangs at each breakpoint. See docs/supervision.md in the repository.
   */
  readonly liveness?: LivenessOption | undefined;
  /**
   * What follows when a plugin declares capabilities that its worker was not granted. `"report"`: the event `capabilities`
   * tells, its calls are denied as they come. `"refuse"`: the start fails, and is not tried again. Default `"report"`.
   */
  readonly missingCapabilities?: MissingCapabilities | undefined;
  /** What follows when a worker goes on with calls that were cancelled, or timed out. */
  readonly cancel?: Given<CancelPolicy> | undefined;
  /**
   * What the Node of an `entry` compiled is kept beside its packages for the next start, where that is safe: from Node 22.8 on,
   * where all of it is this user's own, without `permissions` and `integrity`. `false`: nothing is.
   * See docs/lifecycle.md in the repository.
   */
  readonly compileCache?: CompileCacheOption | undefined;
  /** Variables added to the environment; the host's own environment is never passed on as a whole. */
  readonly env?: Readonly<Record<string, string>> | undefined;
  /** What of the host's own environment a worker gets, beside the little every worker gets. */
  readonly inheritEnv?: InheritEnv | undefined;
}

/** Options of `createHost`. */
export type HostOptions<C extends Contract> = SharedOptions & {
  /**
   * How many restarts after crashes all workers together may take, so that a broken dependency does not storm the machine
   * with processes. One too many waits for its turn. Default: 30 within 10,000 ms.
   */
  readonly restartBudget?: Given<RestartBudget> | undefined;
  /**
   * How many workers may load at once, from the launch to the answer to `initialize`; more wait for their turn, and their
   * `timeouts.initializeMs` begins with it. Default: 8 for each processor.
   */
  readonly startsAtOnce?: number | undefined;
  /**
   * Added to the niceness of all workers as soon as more of them run than there are processors (`os.availableParallelism()`
   * when the host is made), so that they give way to the host they wait for; a whole number from 0 to 19, as of nice(1). For
   * good, since to take it back needs privileges. 0: they never give way. Default 10: on Linux a worker has a ninth of the
   * host's share then, where both want a processor. See docs/lifecycle.md in the repository.
   */
  readonly nice?: number | undefined;
  /** Told to workers in the handshake. */
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  /** pino, or a logger of its shape. Default: pino to stderr. */
  readonly logger?: HostLogger | undefined;
  /** The text of messages. Default: JSON-RPC 2.0, in short lines where the worker reads them; no other codec makes those. */
  readonly codec?: Codec | undefined;
  /** Clock, chance and ids; for tests. */
  readonly runtime?: HostRuntime | undefined;
} & HandlersOption<C>;

type HandlersOption<C extends Contract> =
  Record<never, never> extends HostHandlers<C>
    ? { readonly handlers?: HostHandlers<C> | undefined }
    : {
        /** The handlers of the contract's worker→host methods. */
        readonly handlers: HostHandlers<C>;
      };

/** What a worker is started from: exactly one of the three. */
export type WorkerSource =
  | (NodeLauncherOptions & { readonly command?: undefined; readonly launcher?: undefined })
  | {
      /** A command that speaks the protocol on stdin and stdout. No shell is involved. */
      readonly command: readonly [command: string, ...args: string[]];
      readonly entry?: undefined;
      readonly launcher?: undefined;
      readonly permissions?: undefined;
      readonly integrity?: undefined;
    }
  | {
      readonly launcher: Launcher;
      readonly entry?: undefined;
      readonly command?: undefined;
      readonly permissions?: undefined;
      readonly integrity?: undefined;
    };

/** Options of `host.start`. */
export type StartOptions<C extends Contract = Contract> = WorkerSource &
  SharedOptions & {
    /** What the worker may do: the host methods that name one of these. Names that no method has are refused. Default: none. */
    readonly capabilities?: readonly CapabilityOf<C>[] | undefined;
    /** Working directory. Default: the host's. */
    readonly cwd?: string | undefined;
    /** Told to the worker in the handshake; what JSON can carry. */
    readonly manifest?: unknown;
    /** Told to the worker in the handshake; what JSON can carry. */
    readonly config?: unknown;
    /**
     * Records the worker's traffic in a file (path or URL), as a tape that `tapeLauncher` and `replayTape` play. What the
     * contract marks as `secret`, and what it does not describe, is not shown. Default: nothing is recorded. See
     * docs/calls.md in the repository.
     */
    readonly record?: string | URL | RecordOptions | undefined;
  };
