import { describeHang, type LogLevel } from "@outrigger/protocol";
import { type ChannelHub, createChannelHub } from "@outrigger/protocol/authority";
import { handled } from "@outrigger/protocol/outcomes";
import { outsideServed } from "@outrigger/protocol/tracing";
import type { Emitter } from "./events.js";
import type { ExitEvent, WorkerEvents } from "./host-events.js";
import { Incarnation } from "./incarnation.js";
import { createLifecycleTimer, type LifecycleTimer } from "./lifecycle-timer.js";
import { createMethodFigures } from "./method-figures.js";
import { operationError } from "./operation-errors.js";
import type { Effect, LifecycleEvent, Notice, WorkerExit, WorkerState } from "./state-types.js";
import { notServing } from "./unavailable-error.js";
import type { WorkerChannel } from "./worker-channel.js";
import type { HostCore, WorkerSpec } from "./worker-spec.js";
import { INITIAL_STATE, transition } from "./worker-state.js";

type Operation = "start" | "stop";
interface Waiter {
  readonly resolve: () => void;
  readonly reject: (error: unknown) => void;
}
interface Queued {
  readonly event: LifecycleEvent;
  readonly operation?: Operation;
  readonly waiter?: Waiter;
}

/** One worker: feeds what happens to the state table, and does what the table says. Decides nothing itself. */
export class Supervisor {
  readonly id: string;
  /** Who watches its push channels, whichever process opens them. */
  readonly hub: ChannelHub = createChannelHub();
  /** The calls of all its processes. */
  readonly figures: ReturnType<typeof createMethodFigures>;
  readonly #core: HostCore;
  readonly #emit: <K extends keyof WorkerEvents>(event: K, payload: WorkerEvents[K]) => void;
  #spec: WorkerSpec;
  #state: WorkerState = INITIAL_STATE;
  #current: Incarnation | undefined;
  readonly #timer: LifecycleTimer;
  #waiters: Record<Operation, Waiter[]> = { start: [], stop: [] };
  #queue: Queued[] = [];
  #isBusy = false;

  constructor(id: string, spec: WorkerSpec, core: HostCore, emit: Emitter<WorkerEvents>["emit"]) {
    this.id = id;
    this.#spec = spec;
    this.#core = core;
    this.figures = createMethodFigures(core.contract);
    this.#emit = emit;
    this.#timer = createLifecycleTimer(core, this, (serial) => this.#dispatch({ event: { type: "timer", serial } }));
  }

  get state(): WorkerState {
    return this.#state;
  }

  /** The process launched last, also when it is over. */
  get incarnation(): Incarnation | undefined {
    return this.#current;
  }

  get spec(): WorkerSpec {
    return this.#spec;
  }

  /** What the next process is made from; one that runs stays as it is. */
  define(spec: WorkerSpec): void {
    const { tape } = this.#spec;
    if (tape === undefined || tape.path !== spec.tape?.path) {
      this.#spec = spec;
      return;
    }
    // A recording goes on in its file, which the process before may not have let go of yet.
    tape.rebound(spec.tape.bounds);
    this.#spec = { ...spec, tape };
  }

  start(): Promise<void> {
    return this.#operate("start", { type: "start" });
  }

  stop(): Promise<void> {
    return this.#recorded(this.#operate("stop", { type: "stop" }));
  }

  restart(): Promise<void> {
    return this.#operate("start", { type: "restart", isRedefined: this.#current?.spec !== this.#spec });
  }

  close(): Promise<void> {
    return this.#recorded(this.#operate("stop", { type: "close" }));
  }

  /** The channel for a call. @throws RpcError WORKER_UNAVAILABLE when the worker does not serve */
  channelFor(method: string): WorkerChannel {
    const { status, lastCrash } = this.#state;
    const channel = status === "running" ? this.#current?.channel : undefined;
    if (channel !== undefined) return channel;
    const error = notServing(this.id, method, status, lastCrash);
    this.figures.called(method, undefined, error);
    throw error;
  }

  /** Whoever stops it may read its tape then. */
  #recorded(stopped: Promise<void>): Promise<void> {
    // Of the process that was stopped: the options to come may name another, or none.
    const tape = (this.#current?.spec ?? this.#spec).tape;
    return tape === undefined ? stopped : handled(stopped.finally(() => tape.flush()));
  }

  #operate(operation: Operation, event: LifecycleEvent): Promise<void> {
    return handled(
      new Promise((resolve, reject) => {
        this.#dispatch({ event, operation, waiter: { resolve, reject } });
      }),
    );
  }

  /** One event at a time: what an effect or a listener sets off waits for its turn. */
  #dispatch(queued: Queued): void {
    this.#queue.push(queued);
    if (this.#isBusy) return;
    this.#isBusy = true;
    try {
      // Its processes, timers and listeners outlive the call of a worker that it may be started or stopped in.
      outsideServed(() => {
        for (let next = this.#queue.shift(); next !== undefined; next = this.#queue.shift()) this.#take(next);
      });
    } finally {
      this.#isBusy = false;
    }
  }

  #take({ event, operation, waiter }: Queued): void {
    if (operation !== undefined && waiter !== undefined) this.#waiters[operation].push(waiter);
    // It has loaded, or never will. Its setup may wait for workers that are yet to start.
    if (event.type === "capabilities" || event.type === "exited") this.#timer.endStart();
    const { clock, random } = this.#core.runtime;
    const upcoming = this.#spec.lifecycle;
    const settings = this.#current?.spec.lifecycle ?? upcoming;
    const context = { settings, upcoming, now: clock.now(), random: random() };
    const { state, effects } = transition(this.#state, event, context);
    this.#state = state;
    for (const effect of effects) this.#perform(effect);
  }

  #perform(effect: Effect): void {
    const process = this.#current;
    switch (effect.type) {
      case "launch": {
        const next = new Incarnation(effect.incarnation, this.#spec, this.#core, {
          ...{ meter: this.figures, hub: this.hub, declared: process?.declared },
          tell: (event) => this.#dispatch({ event }),
        });
        this.#current = next;
        this.#timer.start(() => void next.launch());
        return;
      }
      case "handshake":
        void process?.handshake();
        return;
      case "shutdown":
        process?.shutdown(effect.withinMs);
        return;
      case "signal":
        this.#timer.endStart();
        process?.kill(effect.signal);
        return;
      case "blame":
        process?.blame(effect.cause);
        return;
      case "bury":
        process?.bury(effect.exit);
        return;
      case "arm":
        this.#timer.arm(effect.timer, effect.serial, effect.afterMs);
        return;
      case "queue":
        this.#timer.queue(effect.serial);
        return;
      case "disarm":
        this.#timer.disarm();
        return;
      case "settle":
        for (const waiter of this.#takeWaiters(effect.operation)) waiter.resolve();
        return;
      case "refuse":
        for (const waiter of this.#takeWaiters(effect.operation)) {
          waiter.reject(operationError(effect, { id: this.id, status: this.#state.status, pid: process?.pid }));
        }
        return;
      case "emit":
        this.#announce(effect.notice);
    }
  }

  #takeWaiters(operation: Operation): Waiter[] {
    const waiters = this.#waiters[operation];
    this.#waiters[operation] = [];
    return waiters;
  }

  #announce(notice: Notice): void {
    const workerId = this.id;
    switch (notice.event) {
      case "status":
        this.#note("debug", `${notice.previous} -> ${notice.status}`);
        this.#emit("status", { workerId, status: notice.status, previous: notice.previous });
        return;
      case "ready": {
        const ready = { workerId, pid: this.#current?.pid, incarnation: this.#state.incarnation };
        const permissions = this.#current?.launchReport?.permissions;
        this.#note("info", notice.restarted ? "ready again" : "ready", {
          workerPid: ready.pid,
          ...(permissions !== undefined && { permissions }),
        });
        this.#emit("ready", ready);
        if (notice.restarted) this.#emit("restarted", ready);
        return;
      }
      case "exit":
        this.#emit("exit", this.#exitEvent(notice.exit));
        return;
      case "crash": {
        const { restartInMs, exit } = notice;
        const consecutiveCrashes = this.#state.history.consecutive;
        const crash = { ...this.#exitEvent(exit), willRestart: restartInMs !== undefined, restartInMs };
        this.#note("warn", exit.message, { reason: exit.reason, restartInMs, consecutiveCrashes });
        this.#emit("crash", { ...crash, consecutiveCrashes });
        return;
      }
      case "unresponsive": {
        const { silence, onHang, willRestart } = notice;
        const { hang, silentMs } = silence;
        const place = hang === undefined ? "" : `; its main thread stands still${describeHang(hang)}`;
        this.#note("warn", `it has answered no ping for ${silentMs} ms${place}`, { ...silence, onHang, willRestart });
        const incarnation = this.#state.incarnation;
        this.#emit("unresponsive", { workerId, incarnation, ...silence, onHang, willRestart });
        return;
      }
      case "recovered":
        this.#note("info", "it answers again");
        this.#emit("recovered", { workerId, incarnation: this.#state.incarnation });
        return;
      case "capabilities": {
        const { added, removed, missing } = notice.report;
        const level = missing.length > 0 ? "warn" : "info";
        this.#note(level, "the capabilities its plugin needs", { added, removed, missing });
        this.#emit("capabilities", { workerId, incarnation: this.#state.incarnation, ...notice.report });
        return;
      }
      case "cancel-ignored": {
        const { method, ignoredMs, isDrained } = notice;
        this.#emit("cancel-ignored", { workerId, incarnation: this.#state.incarnation, method, ignoredMs, isDrained });
        return;
      }
      case "failed": {
        const { why, exit } = notice;
        const message = failedMessage(why, exit);
        this.#note("error", `given up: ${message}`, { why });
        this.#emit("failed", { workerId, why, message });
      }
    }
  }

  #exitEvent({ code, signal, reason, message }: WorkerExit): ExitEvent {
    // The state may already count the process to come.
    const incarnation = this.#current?.number ?? this.#state.incarnation;
    return { workerId: this.id, incarnation, code, signal, reason: reason.reason, details: reason, message };
  }

  #note(level: LogLevel, message: string, fields?: Record<string, unknown>): void {
    this.#current?.logs.note(level, message, fields);
  }
}

function failedMessage(why: WorkerEvents["failed"]["why"], exit: WorkerExit | undefined): string {
  const last = exit === undefined ? "" : `; the last: ${exit.message}`;
  switch (why) {
    case "too-many-crashes":
      return `it crashed too often to be restarted again${last}`;
    case "not-retryable":
      return `trying again cannot help${last}`;
    case "never-restarted":
      return `it is not to be restarted${last}`;
    case "still-alive":
      return "its process outlived SIGKILL";
  }
}
