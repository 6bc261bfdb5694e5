import type { LoopDelay } from "../hostile/loop-delay.js";
import type { ActTally } from "./chaos-acts.js";
import type { CallTally } from "./load-calls.js";

/** What a soak found. Bytes and ms. */
export interface SoakReport {
  readonly seed: number;
  readonly minutes: number;
  readonly workers: number;
  readonly calls: CallTally;
  /** Calls that never came to an end. */
  readonly lost: number;
  readonly chaos: ActTally;
  readonly crashes: Readonly<Record<string, number>>;
  readonly restarts: number;
  /** From a crash to serving again, the policy's delay taken off; beside it the whole life of a bare Node process. */
  readonly recovery: { readonly p50: number; readonly p99: number; readonly max: number; readonly bareStartMs: number };
  /** Workers that did not serve at the end. */
  readonly down: readonly string[];
  readonly loop: LoopDelay;
  readonly memory: {
    readonly rssStart: number;
    readonly rssEnd: number;
    readonly heldStart: number;
    readonly heldEnd: number;
  };
  /** Processes alive 2 s after the host closed. */
  readonly processesLeft: number;
  readonly descriptorsLeft: number;
}

/** Multiplies the bounds of time. For machines that are slower, or shared, than those the bounds were set on. */
const TOLERANCE = Number(process.env.OUTRIGGER_TOLERANCE ?? 1);
/** Silence after which the soaked host takes a worker for hung, ms. */
export const UNRESPONSIVE_AFTER_MS = 3_000 * TOLERANCE;
/** So few may all have been ended by something else. */
const FEW_HANGS = 10;
const LOOP_P99_MS = 20;
const RECOVERY_MS = 300;
/** What a start may take on a machine where even a bare process takes long: so many of those. */
const BARE_STARTS = 5;
const HELD_GROWTH = 64 << 20;

/** The promises that were broken. */
export function brokenPromises(report: SoakReport): string[] {
  const { calls, loop, memory, recovery } = report;
  const recoveryMs = Math.max(RECOVERY_MS, BARE_STARTS * recovery.bareStartMs) * TOLERANCE;
  const hung = report.crashes.unresponsive ?? 0;
  const hangs = (report.chaos.done.hang ?? 0) + (report.chaos.done.SIGSTOP ?? 0);
  const promises: [boolean, string][] = [
    // Some are stopped, killed or restarted before they are found.
    [hung > 0 || hangs < FEW_HANGS, "the host finds those that hang"],
    [hung <= hangs, "the host takes none for hung that is not"],
    [calls.made > 0, "calls were made"],
    [calls.settled === calls.made && calls.settledTwice === 0, "every call settles exactly once"],
    [report.lost === 0, "no call is lost"],
    [calls.wrong === 0, "no call is answered wrong"],
    [calls.oddErrors === 0, "every failure is an RpcError"],
    [calls.ranWrongly === 0, "no call runs twice, or after its error said it did not run"],
    [report.chaos.aliveAfterStop === 0, "nothing is alive after stop"],
    [report.down.length === 0, "every worker serves again"],
    [report.processesLeft === 0, "no process is left"],
    [report.descriptorsLeft === 0, "no descriptor is left"],
    [loop.ownP99 <= LOOP_P99_MS * TOLERANCE, `loop delay p99 at most ${LOOP_P99_MS} ms`],
    // The slowest say more of the machine, of which every worker that starts wants a share.
    [recovery.p50 <= recoveryMs, `half of the crashed serve again within their delay and ${Math.round(recoveryMs)} ms`],
    [memory.heldEnd - memory.heldStart <= HELD_GROWTH, "the host's memory does not grow"],
  ];
  return promises.filter(([holds]) => !holds).map(([, promise]) => promise);
}

/** The report as lines of two columns. */
export function reportTable(report: SoakReport): string {
  const { calls, chaos, loop, memory, recovery } = report;
  const list = (counts: Readonly<Record<string, number>>): string =>
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([name, count]) => `${name} ${count}`)
      .join(", ") || "none";
  const mib = (bytes: number): string => `${(bytes / (1 << 20)).toFixed(1)} MiB`;
  const ms = (value: number): string => `${value.toFixed(1)} ms`;
  const rows: [string, string][] = [
    ["seed", String(report.seed)],
    ["minutes, workers", `${report.minutes}, ${report.workers}`],
    ["calls made", String(calls.made)],
    ["settled once", String(calls.settled)],
    ["settled twice", String(calls.settledTwice)],
    ["lost", String(report.lost)],
    ["answered", String(calls.answered)],
    ["answered wrong", String(calls.wrong)],
    ["failed", list(calls.failed)],
    ["ran twice, or though refused", String(calls.ranWrongly)],
    ["chaos", list(chaos.done)],
    ["crashes", list(report.crashes)],
    ["restarts", String(report.restarts)],
    ["given up and started by hand", String(chaos.revived)],
    ["alive after stop", String(chaos.aliveAfterStop)],
    ["time to recover p50, p99, max", `${ms(recovery.p50)}, ${ms(recovery.p99)}, ${ms(recovery.max)}`],
    ["  a bare Node process takes", ms(recovery.bareStartMs)],
    ["loop delay p99, longest", `${ms(loop.ownP99)}, ${ms(loop.ownMax)}`],
    ["  with other programs", `${ms(loop.p99)}, ${ms(loop.max)}`],
    ["memory resident, start and end", `${mib(memory.rssStart)}, ${mib(memory.rssEnd)}`],
    ["memory held, start and end", `${mib(memory.heldStart)}, ${mib(memory.heldEnd)}`],
    ["not serving at the end", report.down.join(", ") || "none"],
    ["processes left", String(report.processesLeft)],
    ["descriptors left", String(report.descriptorsLeft)],
  ];
  const width = Math.max(...rows.map(([name]) => name.length));
  return rows.map(([name, value]) => `${name.padEnd(width)}  ${value}`).join("\n");
}
