import type {
  Contract,
  HealthResult,
  HostToWorker,
  Method,
  Remote,
  RequestOptions,
  ScopeOf,
  WorkerToHost,
} from "@outrigger/protocol";
import {
  type ChannelOptions,
  type ChannelPush,
  type ChannelSubscription,
  watchChannel,
} from "@outrigger/protocol/authority";
import { failedStream, handled, rejected } from "@outrigger/protocol/outcomes";
import {
  checkedCalls,
  checkHealthOptions,
  HOST_CALLS,
  nestedCalls,
  tracedCalls,
  type WorkerCalls,
} from "@outrigger/protocol/tracing";
import type { ChannelCallOptions } from "./channel-call-options.js";
import { type WorkerDiagnostics, workerDiagnostics } from "./diagnostics.js";
import type { Emitter, Events } from "./events.js";
import type { WorkerEvents } from "./host-events.js";
import { createResender } from "./resend-calls.js";
import type { Supervisor } from "./supervisor.js";
import { handshakeOf, type WorkerFacts, withFacts } from "./worker-facts.js";
import type { HostCore } from "./worker-spec.js";

/** What a host adds to the options of a call. */
export interface ScopeOption<C extends Contract> {
  /**
   * Whose data the call may touch; the worker's nested calls for it carry it. Default: derived from params (`tenant`, or
   * inside `run`, `actor`, `event` or `context`).
   */
  readonly scope?: ScopeOf<C> | undefined;
}

/** What a host adds to the options of a request, beside the scope. */
export interface ResendOption {
  /**
   * `false`: a call of an `idempotent` method that died with its worker is not sent again. Default: it is, once, to the next
   * process, if that serves before the call's deadline; other methods' calls never are.
   */
  readonly resend?: boolean | undefined;
}

/**
 * A worker, whichever process it has just now: the handle stays good across restarts, stops and starts.
 *
 * Calls on a worker that does not serve fail at once with `WORKER_UNAVAILABLE` and `data.mayHaveRun: false`; calls that
 * die with their process fail with `data.mayHaveRun: true`, its exit reason and the end of its stderr, unless their method is
 * `idempotent`: those are sent once more, to the next process. Until they settle their params must stay as they are. See
 * docs/lifecycle.md in the repository.
 *
 * `notify` tells whether the notification was queued, not whether the worker took it: there is no answer. Params that the
 * worker refuses are a line in its log.
 */
export interface Worker<C extends Contract = Contract>
  extends Remote<HostToWorker<C>, ScopeOption<C>, ScopeOption<C> & ResendOption>,
    Events<WorkerEvents>,
    WorkerFacts {
  readonly id: string;
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
  /**
   * Subscribes to what it pushes on a channel from now on, in this or a later process: a channel that is not open yet is
   * waited for. The loop ends, and never throws, when the worker closes the channel, its process ends, the host closes or
   * removes it, or `signal` aborts: `closed` tells which. At most 1,000 subscriptions (`limits.subscriptions`); one more
   * ends at once. Handlers of `channels.*` are told besides. See docs/calls.md in the repository.
   * @throws RpcError INVALID_PARAMS naming what cannot be used
   */
  channel(name: string, options?: ChannelOptions<ScopeOf<C>>): ChannelSubscription<ChannelPush<WorkerToHost<C>>>;
  /** A snapshot: status, process, crashes, load, counters. */
  diagnostics(): WorkerDiagnostics;
}

/** Makes the handle. The casts here are where the untyped inside meets the contract's types. */
export function createWorker<C extends Contract>(
  supervisor: Supervisor,
  events: Emitter<WorkerEvents>,
  core: HostCore,
): Worker<C> {
  const methods = Object.entries(core.contract.hostToWorker);
  const idempotent = new Set(methods.flatMap(([name, method]) => (isIdempotent(method) ? [name] : [])));
  const resender = createResender({
    clock: core.runtime.clock,
    maxWaiting: () => supervisor.spec.limits.peer.outgoingCalls,
    maxBytes: () => supervisor.spec.limits.resendBytes,
    timeoutMs: (method) => timeoutOf(core.contract.hostToWorker[method]) ?? supervisor.spec.limits.peer.callTimeoutMs,
    status: () => supervisor.state.status,
    send: (method, params, options) => supervisor.channelFor(method).request(method, params, options),
  });
  events.on("status", ({ status }) => resender.onStatus(status));
  const diagnostics = () => workerDiagnostics(supervisor, core, resender.stats());
  const calls: WorkerCalls<ChannelCallOptions & ResendOption> = {
    request(method, params, options) {
      try {
        // What was read of an input cannot be read again.
        const isRepeatable = idempotent.has(method) && options?.resend !== false && options?.input === undefined;
        if (isRepeatable) return resender.request(method, params, options ?? {});
        return supervisor.channelFor(method).request(method, params, options);
      } catch (error) {
        return rejected(error);
      }
    },
    notify(method, params, options) {
      try {
        return supervisor.channelFor(method).notify(method, params, options);
      } catch {
        return false;
      }
    },
    stream(method, params, options) {
      try {
        return supervisor.channelFor(method).stream(method, params, options);
      } catch (error) {
        options?.onSettled?.(error);
        return failedStream(error);
      }
    },
  };
  const traced = tracedCalls(nestedCalls(calls), supervisor.id, core.contract);
  const remote = checkedCalls(HOST_CALLS, traced, (message) => supervisor.incarnation?.logs.remark("warn", message));

  const handle: Omit<Worker<C>, keyof WorkerFacts> = {
    ...(remote as unknown as Remote<HostToWorker<C>, ScopeOption<C>, ScopeOption<C> & ResendOption>),
    on: events.on,
    once: events.once,
    off: events.off,
    id: supervisor.id,
    implements: (method) => handshakeOf(supervisor)?.methods.has(method) === true,
    start: () => supervisor.start(),
    stop: () => supervisor.stop(),
    restart: () => supervisor.restart(),
    health(options) {
      try {
        checkHealthOptions(options);
        return handled(supervisor.channelFor("health").health(options ?? {}) as Promise<HealthResult>);
      } catch (error) {
        return rejected(error);
      }
    },
    channel(name, options) {
      const { channels, subscriptions } = supervisor.spec.limits;
      const limits = { nameCharacters: channels.nameCharacters, subscriptions };
      return watchChannel(supervisor.hub, core.contract, limits, name, options) as never;
    },
    diagnostics,
  };
  return withFacts(handle, supervisor);
}

/** Whether a call can be sent again: input that was read is gone. */
function isIdempotent(method: Method): boolean {
  return method.kind === "request" && method.idempotent === true && !("input" in method);
}

function timeoutOf(method: Method | undefined): number | undefined {
  return method?.kind === "request" ? method.timeoutMs : undefined;
}
