import type {
  CallOptionsArgument,
  Contract,
  HostToWorker,
  ParamsInput,
  ProgressOutput,
  RequestNames,
  RequestOptions,
  ResultOutput,
} from "@outrigger/protocol";
import type { HostDiagnostics } from "./diagnostics.js";
import type { Events } from "./events.js";
import type { WorkerEvents } from "./host-events.js";
import type { StartOptions } from "./host-options.js";
import type { ResendOption, ScopeOption, Worker } from "./worker.js";

/** Starts, supervises, calls and stops the plugins of one contract, each in a process of its own. See docs/lifecycle.md in the repository. */
export interface Host<C extends Contract = Contract> extends Events<WorkerEvents>, AsyncDisposable {
  /**
   * Starts a worker and resolves with its handle when it serves. Callers with the same id share a start in flight. On an id
   * that exists, options given take effect with its next process, and may be left out.
   *
   * When the start fails this rejects, and the restart policy goes on trying in the background, unless trying again cannot
   * help; `get` has the handle, `stop` ends it.
   * @throws RpcError INVALID_PARAMS (options; nothing was started), WORKER_UNAVAILABLE (`data.reason`: why it failed),
   * CANCELLED (a stop came), SHUTTING_DOWN (the host is closing)
   */
  start(id: string, options?: StartOptions<C>): Promise<Worker<C>>;
  /** Stops a worker; it stays known. See `Worker.stop`. */
  stop(id: string): Promise<void>;
  /** Restarts a worker gracefully; options given are what its next process is made from. See `Worker.restart`. */
  restart(id: string, options?: StartOptions<C>): Promise<void>;
  /** Stops a worker and forgets it. */
  remove(id: string): Promise<void>;
  /** The handle of a worker, whatever its status; `undefined` when there is none. */
  get(id: string): Worker<C> | undefined;
  /** The handles of all workers, in the order they were first started. */
  list(): readonly Worker<C>[];
  /** Whether a worker serves. */
  isRunning(id: string): boolean;
  /** Calls a worker by its id; `WORKER_UNAVAILABLE` when there is none. */
  request<K extends RequestNames<HostToWorker<C>>>(
    id: string,
    method: K,
    params: ParamsInput<HostToWorker<C>[K]>,
    ...options: CallOptionsArgument<
      HostToWorker<C>[K],
      RequestOptions<ProgressOutput<HostToWorker<C>[K]>> & ScopeOption<C> & ResendOption
    >
  ): Promise<ResultOutput<HostToWorker<C>[K]>>;
  /** A snapshot of all workers. */
  diagnostics(): HostDiagnostics;
  /**
   * Stops all workers and starts none any more. Resolves when nothing is alive.
   * @throws RpcError WORKER_UNAVAILABLE naming the workers whose process outlived SIGKILL
   */
  close(): Promise<void>;
}
