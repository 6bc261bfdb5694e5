import { type Contract, ErrorCode, RpcError } from "@outrigger/protocol";
import { handled, rejected } from "@outrigger/protocol/outcomes";
import { createEmitter, type Emitter } from "./events.js";
import { guardedLogger } from "./guarded-logger.js";
import type { Host } from "./host.js";
import { hostCore } from "./host-core.js";
import { WORKER_EVENTS, type WorkerEvents } from "./host-events.js";
import type { HostOptions, StartOptions } from "./host-options.js";
import { tellEvent } from "./lifecycle-channels.js";
import { checkContract, checkWorkerId } from "./option-checks.js";
import { checkHostOptions } from "./option-shapes.js";
import { resolveShared, resolveSpec } from "./resolve-spec.js";
import { Supervisor } from "./supervisor.js";
import { unknownWorker } from "./unavailable-error.js";
import { createWorker, type Worker } from "./worker.js";

interface Entry<C extends Contract> {
  readonly supervisor: Supervisor;
  readonly worker: Worker<C>;
}

/**
 * Makes a host for the plugins of one contract.
 * @throws RpcError INVALID_PARAMS naming the option that cannot be used, or the handler that is missing
 */
export function createHost<C extends Contract>(contract: C, options: HostOptions<C>): Host<C> {
  checkContract(contract);
  checkHostOptions(options);
  const core = hostCore(contract, options);
  resolveShared(options);
  const logger = guardedLogger(core.logger);
  const entries = new Map<string, Entry<C>>();
  const hostEvents = createEmitter<WorkerEvents>(WORKER_EVENTS, (error, event, { workerId }) =>
    reportListener({ id: workerId }, event, error),
  );
  let closing: Promise<void> | undefined;

  /** A listener's failure is told to the listeners of `error`; a failure of theirs only to the log. */
  const reportListener = (of: { id: string; emitter?: Emitter<WorkerEvents> }, event: string, error: unknown) => {
    const during = `listener of ${JSON.stringify(event)}`;
    logger.error({ err: error }, `a ${during} failed`);
    if (event === "error") return;
    const payload = { workerId: of.id, error, during };
    of.emitter?.emit("error", payload);
    hostEvents.emit("error", payload);
    tellEvent(contract.name, "error", payload);
  };

  const add = (id: string, given: StartOptions): Entry<C> => {
    const emitter: Emitter<WorkerEvents> = createEmitter<WorkerEvents>(WORKER_EVENTS, (error, event) =>
      reportListener({ id, emitter }, event, error),
    );
    const supervisor = new Supervisor(id, resolveSpec(id, given, options, core), core, (event, payload) => {
      emitter.emit(event, payload);
      hostEvents.emit(event, payload);
      tellEvent(contract.name, event, payload);
    });
    const entry = { supervisor, worker: createWorker<C>(supervisor, emitter, core) };
    entries.set(id, entry);
    return entry;
  };

  const known = (id: string): Entry<C> => {
    const entry = entries.get(checkWorkerId(id));
    if (entry === undefined) throw unknownWorker(id, [...entries.keys()]);
    return entry;
  };

  /** The entry to start, with the options given; made when there is none. */
  const entryFor = (id: string, given: StartOptions | undefined): Entry<C> => {
    checkWorkerId(id);
    if (closing !== undefined)
      throw new RpcError(ErrorCode.SHUTTING_DOWN, `worker ${id}: the host is closing and starts nothing`);
    const entry = entries.get(id);
    if (entry === undefined) {
      if (given === undefined) throw unknownWorker(id, [...entries.keys()]);
      return add(id, given);
    }
    if (given !== undefined) entry.supervisor.define(resolveSpec(id, given, options, core));
    return entry;
  };

  const close = async (): Promise<void> => {
    const all = [...entries.values()];
    const outcomes = await Promise.allSettled(all.map(({ supervisor }) => supervisor.close()));
    for (const { supervisor } of all) supervisor.hub.end({ by: "host", reason: "the host closed" });
    const alive = all
      .filter((_, index) => outcomes[index]?.status === "rejected")
      .map(({ supervisor }) => supervisor.id);
    if (alive.length > 0) {
      throw new RpcError(
        ErrorCode.WORKER_UNAVAILABLE,
        `the host closed, but these workers have a process that outlived SIGKILL: ${alive.join(", ")}`,
        { data: { alive } },
      );
    }
  };

  const host: Host<C> = {
    on: hostEvents.on,
    once: hostEvents.once,
    off: hostEvents.off,
    start: (id, given) =>
      attempt(async () => {
        const { supervisor, worker } = entryFor(id, given);
        await supervisor.start();
        return worker;
      }),
    stop: (id) => attempt(() => known(id).supervisor.stop()),
    restart: (id, given) => attempt(() => entryFor(id, given).supervisor.restart()),
    remove: (id) =>
      attempt(async () => {
        const entry = known(id);
        // What outlives SIGKILL stays known, and may be stopped or removed again.
        await entry.supervisor.stop();
        try {
          await entry.supervisor.close();
        } finally {
          entry.supervisor.hub.end({ by: "host", reason: `the host removed worker ${id}` });
        }
        if (entries.get(id) === entry) entries.delete(id);
      }),
    get: (id) => entries.get(id)?.worker,
    list: () => Array.from(entries.values(), ({ worker }) => worker),
    isRunning: (id) => entries.get(id)?.supervisor.state.status === "running",
    request(id, method, params, ...callOptions) {
      try {
        return known(id).worker.request(method, params, ...callOptions);
      } catch (error) {
        return rejected(error);
      }
    },
    diagnostics: () => ({
      contract: { name: contract.name, version: contract.version },
      closing: closing !== undefined,
      restarts: core.restarts.stats,
      starts: core.starts.stats,
      crowding: core.crowding.stats,
      workers: Array.from(entries.values(), ({ worker }) => worker.diagnostics()),
    }),
    close() {
      if (closing === undefined) {
        // Set before any listener hears of a worker that stops: a start from there is refused already.
        let settle!: (outcome: Promise<void>) => void;
        closing = handled(new Promise((resolve) => (settle = resolve)));
        settle(close());
      }
      return closing;
    },
    [Symbol.asyncDispose]: () => host.close(),
  };
  return host;
}

/** A promise also for what throws at once; nobody has to await it. */
function attempt<T>(run: () => Promise<T>): Promise<T> {
  return handled((async () => run())());
}
