import type {
  Contract,
  Declarations,
  HealthResult,
  HostToWorker,
  Remote,
  RequestOptions,
  ScopeOf,
} from "@outrigger/protocol";
import { type WorkerDiagnostics, workerDiagnostics } from "./diagnostics.js";
import type { Events } from "./events.js";
import { failedStream } from "./failed-stream.js";
import { handled, rejected } from "./handled-promise.js";
import type { WorkerEvents } from "./host-events.js";
import { checkCallOptions } from "./option-checks.js";
import type { WorkerStatus } from "./state-types.js";
import type { Supervisor } from "./supervisor.js";
import type { ChannelCallOptions } from "./worker-channel.js";
import type { HostCore } from "./worker-spec.js";

/** What a host adds to the options of a call. */
export interface ScopeOption<C extends Contract> {
  /**
   * Whose data the call may touch; the worker's nested calls for it carry it. Default: derived from params (`tenant`, or
   * inside `run`, `actor`, `event` or `context`).
   */
  readonly scope?: ScopeOf<C> | undefined;
}

/**
 * A worker, whichever process it has just now: the handle stays good across restarts, stops and starts.
 *
 * Calls on a worker that does not serve fail at once with `WORKER_UNAVAILABLE` and `data.mayHaveRun: false`; calls that
 * die with their process fail with `data.mayHaveRun: true`, its exit reason and the end of its stderr. See docs/lifecycle.md in the repository.
 *
 * `notify` tells whether the notification was queued, not whether the worker took it: there is no answer. Params that the
 * worker refuses are a line in its log.
 */
export interface Worker<C extends Contract = Contract>
  extends Remote<HostToWorker<C>, ScopeOption<C>>,
    Events<WorkerEvents> {
  readonly id: string;
  readonly status: WorkerStatus;
  /** `undefined` when it has no process. */
  readonly pid: number | undefined;
  /** The contract methods it implements; empty before the first handshake. */
  readonly methods: readonly string[];
  /** What its plugin declares: tools, jobs, events, … */
  readonly declarations: Declarations;
  /** Whether it implements a method of the contract. */
  implements(method: keyof HostToWorker<C> & string): boolean;
  /**
   * Starts it: after `stop`, after it failed, or at once while it waits for its restart. Resolves when it serves; callers
   * share a start in flight.
   * @throws RpcError WORKER_UNAVAILABLE (`data.reason`) when the start fails, CANCELLED when a stop came, SHUTTING_DOWN
   */
  start(): Promise<void>;
  /**
   * Stops it: it takes no new calls, running ones finish within the drain time (10 s), then its process is ended.
   * When this resolves, nothing of it is alive, and nothing but `start` brings it back.
   * @throws RpcError WORKER_UNAVAILABLE when its process outlives SIGKILL
   */
  stop(): Promise<void>;
  /** Stops it gracefully and starts it. A stop that comes meanwhile wins. Rejects like `start`. */
  restart(): Promise<void>;
  /** Asks the plugin how it is. Fails like any call. */
  health(options?: Pick<RequestOptions, "signal" | "timeoutMs">): Promise<HealthResult>;
  /** A snapshot: status, process, crashes, load, counters. */
  diagnostics(): WorkerDiagnostics;
}

/** Makes the handle. The casts here are where the untyped inside meets the contract's types. */
export function createWorker<C extends Contract>(
  supervisor: Supervisor,
  events: Events<WorkerEvents>,
  core: HostCore,
): Worker<C> {
  const handshake = () => supervisor.incarnation?.lastChannel?.handshakeResult;
  const calls = {
    request(method: string, params: unknown, options?: ChannelCallOptions): Promise<unknown> {
      try {
        return supervisor.channelFor(method).request(method, params, checkCallOptions(method, options));
      } catch (error) {
        return rejected(error);
      }
    },
    notify(method: string, params: unknown, options?: ChannelCallOptions): boolean {
      try {
        return supervisor.channelFor(method).notify(method, params, options);
      } catch {
        return false;
      }
    },
    stream(method: string, params: unknown, options?: ChannelCallOptions): AsyncIterableIterator<unknown> {
      try {
        return supervisor.channelFor(method).stream(method, params, checkCallOptions(method, options));
      } catch (error) {
        return failedStream(error);
      }
    },
  } as Remote<HostToWorker<C>, ScopeOption<C>>;

  return {
    ...calls,
    on: events.on,
    once: events.once,
    off: events.off,
    id: supervisor.id,
    get status() {
      return supervisor.state.status;
    },
    get pid() {
      return workerDiagnostics(supervisor, core).pid;
    },
    get methods() {
      return [...(handshake()?.methods ?? [])];
    },
    get declarations() {
      return handshake()?.answer.declarations ?? {};
    },
    implements: (method) => handshake()?.methods.has(method) === true,
    start: () => supervisor.start(),
    stop: () => supervisor.stop(),
    restart: () => supervisor.restart(),
    health(options) {
      try {
        return handled(
          supervisor.channelFor("health").health(checkCallOptions("health", options) ?? {}) as Promise<HealthResult>,
        );
      } catch (error) {
        return rejected(error);
      }
    },
    diagnostics: () => workerDiagnostics(supervisor, core),
  };
}
