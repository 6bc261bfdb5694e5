import { describeHang, type HangReport } from "@outrigger/protocol";
import { createHangWatch } from "./hang-watch.js";
import { isPlainNode } from "./inspector-flags.js";
import type { WorkerProcess } from "./launcher.js";
import { lifeSigns } from "./life-signs.js";
import { type Liveness, watchLiveness } from "./liveness.js";
import type { OnHang } from "./liveness-state.js";
import type { LogBridge } from "./log-bridge.js";
import type { MarkedLines } from "./marked-lines.js";
import { isUsageCheap } from "./process-usage.js";
import { createRateLimit } from "./rate-limit.js";
import type { Silence } from "./state-types.js";
import { type UsageSample, type UsageWatch, watchUsage } from "./usage-watch.js";
import type { WorkerChannel } from "./worker-channel.js";
import type { HostCore, WorkerSpec } from "./worker-spec.js";

/** How many calls in flight the event of a hang lists. */
const LISTED_CALLS = 20;
/** A guard reports a hang as it doubles in length; a plugin that forges reports costs no more than this. */
const HANG_REPORTS = { perSecond: 1, burst: 10 };
const MIB = 1024 * 1024;
/** How often a process is measured. What it takes of memory between two looks may be more than its limit. */
const USAGE_MS = 5_000;
const LIMITED_USAGE_MS = isUsageCheap ? 1_000 : USAGE_MS;

/** What is known of how a process is. */
export interface Vitals {
  /** It has answered no ping for too long, and not yet again. */
  readonly unresponsive: boolean;
  /** How long its last answer to a ping took, ms. */
  readonly roundTripMs: number | undefined;
  /** Where its main thread stood still as was seen last, now or some time ago. */
  readonly lastHang: HangReport | undefined;
  /** Memory and processor time, as measured last. */
  readonly usage: UsageSample | undefined;
}

/** Watches one process: whether it answers, where it hangs, what it takes. */
export interface VitalSigns {
  readonly vitals: Vitals;
  /** Where it hangs now, if that is known and it has not moved since. */
  readonly hang: HangReport | undefined;
  /** Whether a line of its stderr may be looked at as a report. */
  admitHang(): boolean;
  onHang(report: HangReport): void;
  /** Takes what Node says of its inspector out of its stderr. */
  readonly inspectorLines: MarkedLines;
  /** It exists. */
  watchProcess(process: WorkerProcess): void;
  /** What a guard thread of its own would do can be done from outside: it ends with the host, and is looked into. */
  readonly canInspect: boolean;
  /** It has agreed to the handshake: from now on its setup may hang. */
  watchSetup(channel: WorkerChannel): void;
  /** It serves. */
  watchLiveness(channel: WorkerChannel): void;
  stop(): void;
}

/** What is told of it. */
export interface VitalHooks {
  onUnresponsive(silence: Silence, onHang: OnHang): void;
  onRecovered(): void;
  onMemoryLimit(rssMb: number, limitMb: number): void;
}

export function createVitalSigns(spec: WorkerSpec, core: HostCore, logs: LogBridge, hooks: VitalHooks): VitalSigns {
  const { clock, wallClock } = core.runtime;
  const { liveness: settings } = spec;
  const { rssMb: limitMb } = spec.limits;
  const reports = createRateLimit(HANG_REPORTS, clock.now());
  let launched: WorkerProcess | undefined;
  let liveness: Liveness | undefined;
  let usage: UsageWatch | undefined;
  let hang: HangReport | undefined;
  let lastHang: HangReport | undefined;
  let roundTripMs: number | undefined;
  let isStopped = false;

  const onHang = (report: HangReport): void => {
    // One that knows no place may follow one that does: the hang is the same until it moves.
    hang = report.file === undefined ? (hang ?? report) : report;
    lastHang = hang;
    const message = `its main thread has stood still for ${Math.round(report.stalledMs)} ms${describeHang(report)}`;
    logs.remark("warn", message, { hang: report });
    if (report.file !== undefined) liveness?.explained();
  };
  const hangs = createHangWatch({
    clock,
    unresponsiveAfterMs: settings === false ? undefined : settings.unresponsiveAfterMs,
    openInspector() {
      try {
        return launched?.openInspector?.() === true;
      } catch (error) {
        logs.note("warn", "the launcher could not open the worker's inspector", { err: error });
        return false;
      }
    },
    onMoved() {
      hang = undefined;
    },
    onLeftAlone: () =>
      logs.note("info", "somebody has opened its inspector, so the host does not look there where it hangs"),
    usage: () => usage,
    onReport: onHang,
  });
  const ping = async (channel: WorkerChannel): Promise<boolean> => {
    hangs.pinged();
    const isAnswered = await channel.ping();
    if (isAnswered) hangs.answered();
    return isAnswered;
  };

  const onSample = ({ rssBytes }: UsageSample): void => {
    const rssMb = rssBytes / MIB;
    if (limitMb !== undefined && rssMb > limitMb) hooks.onMemoryLimit(Math.round(rssMb), limitMb);
  };

  return {
    get vitals() {
      return { unresponsive: liveness?.isUnresponsive === true, roundTripMs, lastHang, usage: usage?.latest };
    },
    get hang() {
      return hang;
    },
    admitHang: () => reports.take(clock.now()),
    ...{ onHang, inspectorLines: hangs.inspectorLines },
    watchProcess(process) {
      launched = process;
      const measure = process.usage?.bind(process);
      if (isStopped || measure === undefined) return;
      const cheapMs = isUsageCheap ? USAGE_MS : undefined;
      const everyMs = limitMb === undefined ? cheapMs : LIMITED_USAGE_MS;
      usage = watchUsage({ usage: measure, everyMs, clock, wallClock, onSample });
    },
    get canInspect() {
      return (
        settings !== false && launched?.endsWithHost === true && launched.openInspector !== undefined && isPlainNode()
      );
    },
    watchSetup(channel) {
      if (!isStopped && channel.has("inspect") && channel.has("ping")) {
        hangs.begin(
          () => channel.pipeCounters,
          () => ping(channel),
        );
      }
    },
    watchLiveness(channel) {
      if (isStopped) return;
      hangs.endSetup();
      // What it took in its first moment says nothing of it.
      void usage?.measure();
      if (settings === false || !channel.has("ping")) return;
      liveness = watchLiveness({
        ...{ settings, clock },
        ping: () => ping(channel),
        heard: lifeSigns(() => channel.pipeCounters),
        isExplained: () => hang?.file !== undefined,
        onPong(ms) {
          roundTripMs = ms;
        },
        onSuspect: () => void usage?.measure(),
        onUnresponsive(silentMs) {
          const calls = channel.waiting(LISTED_CALLS);
          const callsInFlight = channel.load.outgoing;
          hooks.onUnresponsive(
            { silentMs: Math.round(silentMs), hang, calls, callsInFlight, usage: usage?.latest },
            settings.onHang,
          );
        },
        onRecovered: hooks.onRecovered,
      });
    },
    stop() {
      isStopped = true;
      liveness?.stop();
      hangs.stop();
      usage?.stop();
    },
  };
}
