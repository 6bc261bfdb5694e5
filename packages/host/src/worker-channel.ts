import type { Readable } from "node:stream";
import {
  type CallMeter,
  ErrorCode,
  type Feature,
  isRpcError,
  MAX_DELAY_MS,
  Peer,
  type PeerCallOptions,
  type PeerReport,
  type PeerStats,
  RpcError,
  type TraceOptions,
  type WaitingCall,
} from "@outrigger/protocol";
import {
  type ChannelHub,
  type Channels,
  createChannels,
  createInvocations,
  guardChannels,
  type Invocations,
  notImplementedError,
  scopeOfCall,
  unknownMethodError,
} from "@outrigger/protocol/authority";
import { failedStream, rejected } from "@outrigger/protocol/outcomes";
import type { ProcessRecorder } from "@outrigger/protocol/tape";
import type { ContextSource } from "@outrigger/protocol/tracing";
import { traceFor } from "@outrigger/protocol/tracing";
import type { ChannelCallOptions } from "./channel-call-options.js";
import { tellClosed } from "./closed-channels.js";
import { type Handshake, initialize, setUp } from "./host-handshake.js";
import { hostServing } from "./host-serving.js";
import type { WorkerProcess } from "./launcher.js";
import type { PipeCounters } from "./life-signs.js";
import type { LogBridge } from "./log-bridge.js";
import type { WorkerExit } from "./state-types.js";
import { diedWithWorker } from "./unavailable-error.js";
import type { HostCore, WorkerSpec } from "./worker-spec.js";
import { workerTransport } from "./worker-transport.js";

/** The calls between the host and one process, both ways, and the scopes and push channels that belong to them. */
export class WorkerChannel {
  /** Resolves when nothing more comes from it. */
  readonly ended: Promise<void>;
  readonly #workerId: string;
  readonly #spec: WorkerSpec;
  readonly #core: HostCore;
  readonly #logs: LogBridge;
  readonly #meter: CallMeter;
  readonly #hub: ChannelHub;
  readonly #peer: Peer;
  readonly #stdout: Readable;
  readonly #invocations: Invocations<unknown>;
  readonly #channels: Channels<unknown>;
  readonly #context: ContextSource;
  readonly #gone = new AbortController();
  #handshake: Handshake | undefined;
  #pings = 0;
  #isReady = false;
  #isOpen = true;

  constructor(
    spec: WorkerSpec,
    core: HostCore,
    process: Pick<WorkerProcess, "stdin" | "stdout">,
    hooks: {
      readonly incarnation: number;
      readonly logs: LogBridge;
      readonly meter: CallMeter;
      readonly hub: ChannelHub;
      readonly recorder: ProcessRecorder | undefined;
      onReport(report: PeerReport): void;
      onClosed(error: Error | undefined): void;
    },
  ) {
    const { clock, uniqueId, wallClock } = core.runtime;
    const { limits, launch, capabilities } = spec;
    this.#workerId = launch.workerId;
    this.#stdout = process.stdout;
    this.#spec = spec;
    this.#core = core;
    this.#logs = hooks.logs;
    this.#meter = hooks.meter;
    this.#hub = hooks.hub;
    this.#invocations = createInvocations(uniqueId(), limits.invocations);
    this.#channels = createChannels(limits.channels);
    this.#context = {
      ...{ workerId: launch.workerId, capabilities, log: hooks.logs.logger },
      ...{ incarnation: hooks.incarnation, ended: this.#gone.signal },
      now: () => clock.now(),
      timeOfDay: (deadline) => wallClock() + deadline - clock.now(),
    };
    let end!: () => void;
    this.ended = new Promise((resolve) => {
      end = resolve;
    });
    this.#peer = new Peer({
      transport: workerTransport(process, limits.transport, hooks.recorder),
      outgoing: core.outgoing,
      serving: hostServing({
        ...this.#context,
        ...{
          contract: core.contract.name,
          methods: core.serving,
          handlers: core.handlers,
          invocations: this.#invocations,
          logs: hooks.logs,
        },
        channels: guardChannels(core.serving, this.#channels, hooks.hub),
        isInitialized: () => this.#handshake !== undefined,
      }),
      ...{ limits: limits.peer, codec: core.codec, clock, meter: hooks.meter },
      cancel: { graceMs: spec.cancel.graceMs, max: spec.cancel.maxWatched },
      onReport: (report) => hooks.onReport(report),
      onClosed: (error) => {
        this.#isOpen = false;
        end();
        hooks.onClosed(error);
      },
    });
    this.#peer.start();
  }

  /** Whether calls can be sent. */
  get isOpen(): boolean {
    return this.#isOpen;
  }

  /** Whether the handshake is done. */
  get isReady(): boolean {
    return this.#isReady;
  }

  get handshakeResult(): Handshake | undefined {
    return this.#handshake;
  }

  get stats(): Readonly<PeerStats> {
    return this.#peer.stats;
  }

  get load() {
    const load = this.#peer.load;
    this.#invocations.forgetEnded(this.#core.runtime.clock.now());
    return {
      ...load,
      outgoing: load.outgoing - this.#pings,
      invocations: this.#invocations.stats(),
      channels: this.#channels.size(),
    };
  }

  /**
   * Negotiates, and has the plugin's setup run; it may call the host meanwhile. Rejects when the start failed, and with what
   * `onAgreed` throws: then setup does not run.
   */
  async handshake(canInspect: boolean, onAgreed: (handshake: Handshake) => void): Promise<void> {
    // Known at once: what the worker wrote together with its answer is served.
    const handshake = await initialize(this.#peer, this.#core, this.#spec, canInspect, (agreed) => {
      this.#handshake = agreed;
    });
    onAgreed(handshake);
    await setUp(this.#peer, handshake, this.#spec.lifecycle.initializeTimeoutMs);
    this.#isReady = true;
  }

  /** Settles exactly once; a rejection nobody awaits does not end the process. */
  request(method: string, params: unknown, options: ChannelCallOptions = {}): Promise<unknown> {
    const lent = this.#lend(method, params, options, "call");
    if (lent instanceof RpcError) {
      this.#meter.called(method, undefined, lent);
      return rejected(lent);
    }
    return this.#peer.request(method, params, this.#carry(options, lent));
  }

  /** Whether it was sent. */
  notify(method: string, params: unknown, options: TraceOptions & { readonly scope?: unknown } = {}): boolean {
    const lent = this.#lend(method, params, options, "notification");
    if (lent instanceof RpcError) {
      this.#logs.remark("warn", lent.message);
      return false;
    }
    const trace = traceFor(options, undefined);
    if (lent === undefined) return this.#peer.notify(method, params, trace);
    const isSent = this.#peer.notify(method, params, { invocation: lent, ...trace });
    if (!isSent) this.#invocations.revokeNotification(lent.id);
    return isSent;
  }

  /** Fails through the reader. */
  stream(method: string, params: unknown, options: ChannelCallOptions = {}): AsyncIterableIterator<unknown> {
    const lent = this.#lend(method, params, options, "call");
    if (!(lent instanceof RpcError)) return this.#peer.stream(method, params, this.#carry(options, lent));
    this.#meter.called(method, undefined, lent);
    options.onSettled?.(lent);
    return failedStream(lent);
  }

  /** What goes with a call. Its invocation ends with it, whether or not anybody reads the outcome. */
  #carry(
    options: ChannelCallOptions,
    lent: { readonly id: string; readonly scope: unknown } | undefined,
  ): PeerCallOptions {
    const trace = traceFor(options, undefined);
    if (lent === undefined) return trace === undefined ? options : { ...options, meta: trace };
    return {
      ...options,
      meta: trace === undefined ? { invocation: lent } : { invocation: lent, ...trace },
      onSettled: (error) => {
        this.#invocations.settle(lent.id, this.#core.runtime.clock.now());
        options.onSettled?.(error);
      },
    };
  }

  /** Whether both ends know it. */
  has(feature: Feature): boolean {
    return this.#handshake?.agreement.features.includes(feature) === true;
  }

  /** Resolves with whether it was answered, however late, however wrongly. */
  ping(): Promise<boolean> {
    const isAnswered = (answered: boolean): boolean => {
      this.#pings--;
      return answered;
    };
    this.#pings++;
    return this.#peer.request("$/ping", {}, { timeoutMs: MAX_DELAY_MS }).then(
      () => isAnswered(true),
      (error: unknown) => isAnswered(isRpcError(error) && error.remote),
    );
  }

  /** The calls that wait for it, oldest first, at most `max`. */
  waiting(max: number): readonly WaitingCall[] {
    return this.#peer.waiting(max);
  }

  get pipeCounters(): PipeCounters {
    const { received, invalidMessages } = this.#peer.stats;
    // A socket counts what it reads; what a launcher of somebody else's reads from may not.
    const { bytesRead } = this.#stdout as Readable & { readonly bytesRead?: unknown };
    const bytes = typeof bytesRead === "number" ? bytesRead : 0;
    return { messages: received, strayLines: invalidMessages, bytes, unsentBytes: this.#peer.load.unsentBytes };
  }

  /** A method of the runtime's own. */
  health(options: Pick<PeerCallOptions, "signal" | "timeoutMs">): Promise<unknown> {
    return this.#peer.request("health", {}, options);
  }

  /** Rejects when the worker cannot be asked. */
  shutdown(withinMs: number): Promise<unknown> {
    return this.#peer.request("shutdown", { deadlineMs: withinMs }, { timeoutMs: withinMs });
  }

  /** Calls in flight fail, handlers are aborted and answer nobody, who watches its push channels is told. */
  bury(exit: WorkerExit): void {
    this.#isOpen = false;
    this.#peer.close((method, mayHaveRun) => diedWithWorker(this.#workerId, method, mayHaveRun, exit));
    this.#invocations.drain();
    this.#gone.abort(new RpcError(ErrorCode.WORKER_UNAVAILABLE, exit.message));
    for (const closed of this.#channels.closeAll(`its worker ended: ${exit.reason.reason}`)) {
      this.#hub.close(closed.scope, closed.channel, { by: "worker-ended", reason: closed.reason });
      tellClosed(closed, this.#core.handlers, this.#context, (message, err) =>
        this.#logs.note("error", message, { err }),
      );
    }
  }

  /** The invocation a call carries, `undefined` for none; an error when it cannot be made. */
  #lend(
    method: string,
    params: unknown,
    options: Pick<ChannelCallOptions, "scope" | "fixedScope" | "onScope">,
    kind: "call" | "notification",
  ): { readonly id: string; readonly scope: unknown } | RpcError | undefined {
    const { contract, runtime } = this.#core;
    if (this.#handshake?.methods.has(method) !== true) {
      if (!Object.hasOwn(contract.hostToWorker, method)) return unknownMethodError(contract, String(method));
      if (this.#handshake !== undefined) return notImplementedError(this.#workerId, method);
    }
    try {
      const { fixedScope } = options;
      const scope = fixedScope === undefined ? scopeOfCall(contract.scope, options.scope, params) : fixedScope.scope;
      options.onScope?.(scope);
      if (scope === undefined) return undefined;
      const now = runtime.clock.now();
      const id = kind === "call" ? this.#invocations.open(scope, now) : this.#invocations.openNotification(scope, now);
      return { id, scope };
    } catch (error) {
      const { code, message, data } = error as RpcError;
      return new RpcError(code, `${method}: ${message}`, { data });
    }
  }
}
