import { type CallMeter, ErrorCode, isRpcError, type PeerReport } from "@outrigger/protocol";
import { type CapabilityReport, type ChannelHub, reportCapabilities } from "@outrigger/protocol/authority";
import type { ProcessRecorder } from "@outrigger/protocol/tape";
import { CapabilitiesMissing } from "./capabilities-missing.js";
import { exitMessage } from "./exit-message.js";
import { exitReason, type HostCause } from "./exit-reason.js";
import { startupCause } from "./host-handshake.js";
import { checkProcess, type ProcessExit, type WorkerProcess } from "./launcher.js";
import { createLogBridge, type LogBridge } from "./log-bridge.js";
import { logReport } from "./peer-log.js";
import type { ProcessEvent, WorkerExit } from "./state-types.js";
import { readStderr, type StderrReader } from "./stderr-reader.js";
import { createVitalSigns, type VitalSigns, type Vitals } from "./vital-signs.js";
import { WorkerChannel } from "./worker-channel.js";
import type { HostCore, WorkerSpec } from "./worker-spec.js";

/** How long what a dead process wrote last is still read; a grandchild may hold its pipes open for ever. */
const PIPE_GRACE_MS = 250;

type Event = ProcessEvent extends infer E ? (E extends ProcessEvent ? Omit<E, "incarnation"> : never) : never;

/**
 * One process of a worker, from its launch to its burial, and all that is its own: channel, stderr, log, vital signs.
 * Whatever happens to it is told with its number, so that nothing it does reaches a later one.
 */
export class Incarnation {
  readonly number: number;
  readonly spec: WorkerSpec;
  readonly logs: LogBridge;
  readonly #core: HostCore;
  readonly #meter: CallMeter;
  readonly #hub: ChannelHub;
  readonly #tell: (event: Event) => void;
  readonly #signs: VitalSigns;
  readonly #declaredBefore: readonly string[] | undefined;
  #capabilities: CapabilityReport | undefined;
  #process: WorkerProcess | undefined;
  #channel: WorkerChannel | undefined;
  #stderr: StderrReader | undefined;
  #recorder: ProcessRecorder | undefined;
  #exit: ProcessExit | undefined;
  #cause: HostCause | undefined;
  #asked = false;
  #signalled: NodeJS.Signals | undefined;
  #hasBegun = false;
  #isOver = false;

  constructor(
    number: number,
    spec: WorkerSpec,
    core: HostCore,
    owner: {
      readonly meter: CallMeter;
      readonly hub: ChannelHub;
      /** What its predecessor's plugin declared. */
      readonly declared: readonly string[] | undefined;
      tell(event: ProcessEvent): void;
    },
  ) {
    this.number = number;
    this.spec = spec;
    this.#core = core;
    this.#meter = owner.meter;
    this.#hub = owner.hub;
    this.#declaredBefore = owner.declared;
    this.#tell = (event) => owner.tell({ ...event, incarnation: number } as ProcessEvent);
    const { logger, runtime } = core;
    const { workerId } = spec.launch;
    this.logs = createLogBridge({ logger, workerId, clock: runtime.clock, limits: spec.limits.log });
    this.#signs = createVitalSigns(spec, core, this.logs, {
      onUnresponsive: (silence, onHang) => this.#tell({ type: "unresponsive", silence, onHang }),
      onRecovered: () => this.#tell({ type: "recovered" }),
      onMemoryLimit: (rssMb, limitMb) => {
        this.blame({ reason: "memory-limit", rssMb, limitMb });
        this.#tell({ type: "broken", cause: "kill" });
      },
    });
  }

  get pid(): number | undefined {
    return this.#process?.pid;
  }

  /** What its launcher says of it. */
  get launchReport(): Pick<WorkerProcess, "permissions" | "compileCache"> | undefined {
    return this.#process;
  }

  /** The channel, while calls may go through it. */
  get channel(): WorkerChannel | undefined {
    return this.#exit === undefined ? this.#channel : undefined;
  }

  /** Bounds and counters, also when it is over. */
  get lastChannel(): WorkerChannel | undefined {
    return this.#channel;
  }

  /** Whether it answers, where it hung, what it takes. */
  get vitals(): Vitals {
    return this.#signs.vitals;
  }

  /** What its plugin says it needs; `undefined` before the handshake. */
  get capabilities(): CapabilityReport | undefined {
    return this.#capabilities;
  }

  /** What the plugin of this process declared, else that of the one before. */
  get declared(): readonly string[] | undefined {
    return this.#capabilities?.declared ?? this.#declaredBefore;
  }

  get stderrTail(): string {
    return this.#stderr?.tail ?? "";
  }

  async launch(): Promise<void> {
    this.#hasBegun = true;
    try {
      const { launcher, launch } = this.spec;
      this.#adopt(checkProcess(await launcher.launch(launch), launcher.name));
    } catch (error) {
      // One that cannot be worked with is not left behind.
      this.#signal("SIGKILL");
      this.#onExit({ code: null, signal: null, error: error instanceof Error ? error : new Error(String(error)) });
    }
  }

  #adopt(process: WorkerProcess): void {
    this.#process = process;
    this.#stderr = readStderr(process.stderr, {
      onLine: (line) => this.logs.stderr(line),
      onHang: (report) => this.#signs.onHang(report),
      admitHang: () => this.#signs.admitHang(),
      inspector: this.#signs.inspectorLines,
      tailCharacters: this.spec.limits.stderrTailCharacters,
    });
    this.#core.crowding.admit(process, (err) => this.logs.note("warn", "its priority was not lowered", { err }));
    process.onExit((exit) => this.#onExit(exit));
    if (process.pid === undefined || this.#signalled !== undefined) {
      // It never came to be, or was condemned before it did.
      for (const stream of [process.stdin, process.stdout]) stream.on("error", () => {});
      if (this.#signalled !== undefined) this.#signal(this.#signalled);
      return;
    }
    this.#channel = new WorkerChannel(this.spec, this.#core, process, {
      ...{ incarnation: this.number, logs: this.logs, meter: this.#meter, hub: this.#hub, recorder: this.#record() },
      onReport: (report) => this.#onReport(report),
      onClosed: (error) => this.#onChannelClosed(error),
    });
    this.#signs.watchProcess(process);
    this.#tell({ type: "launched" });
  }

  async handshake(): Promise<void> {
    try {
      const channel = this.#channel;
      await channel?.handshake(this.#signs.canInspect, ({ answer }) => {
        this.#compareCapabilities(answer.capabilities);
        this.#signs.watchSetup(channel);
      });
      if (this.#exit !== undefined) return;
      this.#tell({ type: "ready" });
      if (channel !== undefined) this.#signs.watchLiveness(channel);
    } catch (error) {
      // The host's own timeout, an exit and the end of the channel are told by others.
      if (this.#isOver || this.#exit !== undefined || this.#channel?.isOpen !== true) return;
      if (isRpcError(error) && error.code === ErrorCode.TIMEOUT && !error.remote) return;
      this.blame(startupCause(error));
      this.#tell({ type: "broken", cause: "terminate" });
    }
  }

  /** Asks it to drain and exit; running calls go on. */
  shutdown(withinMs: number): void {
    this.#ask();
    const asked = this.channel?.shutdown(withinMs) ?? Promise.reject(new Error("there is no channel"));
    asked.catch(() => this.#tell({ type: "shutdown-refused" }));
  }

  /** Signals its tree; before it exists, as soon as it does. */
  kill(signal: NodeJS.Signals): void {
    this.#ask();
    this.#signalled = signal;
    if (this.#hasBegun) this.#signal(signal);
    // It waited for its turn, which it has given up.
    else this.#onExit({ code: null, signal });
  }

  /** Names why the host ends it; the first cause counts. */
  blame(cause: HostCause): void {
    this.#cause ??= cause;
  }

  /** It is gone: its calls fail, its handlers are aborted, its pipes are let go of. */
  bury(exit: WorkerExit): void {
    if (this.#isOver) return;
    this.#isOver = true;
    this.#channel?.bury(exit);
    // Pipes that a grandchild holds open would keep the host's process from ending.
    const { stdin, stdout, stderr } = this.#process ?? {};
    for (const stream of [stdin, stdout, stderr]) stream?.destroy();
    this.#stderr?.stop();
    this.logs.close();
  }

  #record(): ProcessRecorder | undefined {
    const { tape } = this.spec;
    this.#recorder = tape?.begin(this.number, {
      onError: (error) =>
        this.logs.note("error", `its traffic is not recorded in ${tape.path}: ${error.message}`, { err: error }),
      onDropped: (lacking) =>
        this.logs.note("warn", `the tape ${tape.path} lacks ${lacking}; diagnostics().tape counts what it lacks`),
    });
    return this.#recorder;
  }

  #ask(): void {
    if (this.#cause === undefined && this.#exit === undefined) this.#asked = true;
  }

  #signal(signal: NodeJS.Signals): void {
    try {
      this.#process?.kill(signal);
    } catch (error) {
      this.logs.note("warn", `the launcher could not send ${signal}`, { err: error });
    }
  }

  /** @throws CapabilitiesMissing when a plugin is not to run without what it needs */
  #compareCapabilities(declared: readonly string[] | undefined): void {
    const { capabilities, missingCapabilities } = this.spec;
    const report = reportCapabilities(declared, capabilities, this.#declaredBefore);
    this.#capabilities = report;
    this.#tell({ type: "capabilities", report });
    if (missingCapabilities === "refuse" && report.missing.length > 0) throw new CapabilitiesMissing(report.missing);
  }

  #onReport(report: PeerReport): void {
    logReport(this.logs, report);
    // An old worker may not know how to end a call.
    const endsCalls = this.#channel?.has("cancel") === true;
    if (report.kind !== "cancel-ignored" || !endsCalls) return;
    const { method, ignoredMs } = report;
    this.#tell({ type: "cancel-ignored", method, ignoredMs, onIgnored: this.spec.cancel.onIgnored });
  }

  #onChannelClosed(error: Error | undefined): void {
    if (this.#exit !== undefined || this.#isOver) return;
    const code = isRpcError(error) ? error.code : undefined;
    const violated = code === ErrorCode.MESSAGE_TOO_LARGE || code === ErrorCode.PARSE_ERROR;
    const message = error?.message ?? "it closed its stdout";
    this.blame({ reason: violated ? "protocol-violation" : "stdin-closed", message });
    // Who broke the protocol is not asked; who does not read is not exiting either; any other is most likely exiting.
    const cause = violated ? "kill" : code === ErrorCode.OVERLOADED ? "terminate" : "lost";
    this.#tell({ type: "broken", cause });
  }

  #onExit(exit: ProcessExit): void {
    if (this.#exit !== undefined) return;
    this.#exit = exit;
    this.#signs.stop();
    this.#core.crowding.leave(this.#process);
    const pipes = [this.#channel?.ended, this.#stderr?.ended];
    if (exit.error !== undefined || this.#channel === undefined) this.#finish(exit);
    else {
      let finished = false;
      const finish = (): void => {
        cancel();
        if (!finished) this.#finish(exit);
        finished = true;
      };
      const cancel = this.#core.runtime.clock.setTimer(finish, PIPE_GRACE_MS);
      Promise.all(pipes).then(finish, finish);
    }
  }

  #finish(exit: ProcessExit): void {
    const { code, signal } = exit;
    const tail = this.stderrTail;
    // A pipe that broke is the effect of an exit, and its cause only where the host had to force it.
    const forced = this.#cause?.reason !== "stdin-closed" || this.#signalled !== undefined;
    const reason = exitReason({
      ...{ exit, tail, asked: this.#asked },
      ready: this.#channel?.isReady === true,
      initialized: this.#channel?.handshakeResult !== undefined,
      cause: forced ? this.#cause : undefined,
      hang: this.#signs.hang,
      received: this.#channel?.stats.received ?? 0,
      strayLines: this.#channel?.stats.invalidMessages ?? 0,
    });
    const message = exitMessage(this.spec.launch.workerId, reason, tail);
    this.#recorder?.exit({ code, signal, reason: reason.reason });
    this.#tell({ type: "exited", exit: { reason, code, signal, message } });
  }
}
