import type { Clock } from "@outrigger/protocol";
import type { ProcessUsage } from "./process-usage.js";

/** What a worker's process took of the machine when it was measured. */
export interface UsageSample {
  /** When, ms since the epoch. */
  readonly at: number;
  /** Resident memory of the process, bytes; what it started is not included. */
  readonly rssBytes: number;
  /** Processor time since the sample before, in percent of one core; `undefined` when it is not known, or not yet. */
  readonly cpuPercent: number | undefined;
}

/** Systems count processor time in steps of 10 ms: over less than this a share of it means nothing. */
const SHORTEST_CPU_MS = 250;

/** A measure that is not back by then is given up. The next one is given twice as long: those that hang stay few. */
const FIRST_PATIENCE_MS = 10_000;

/** Measures one process now and then. */
export interface UsageWatch {
  readonly latest: UsageSample | undefined;
  /** Measures out of turn. Never rejects. */
  measure(): Promise<void>;
  stop(): void;
}

/** @param options.everyMs `undefined`: only when asked */
export function watchUsage(options: {
  readonly usage: () => Promise<ProcessUsage | undefined>;
  readonly everyMs: number | undefined;
  readonly clock: Clock;
  readonly wallClock: () => number;
  readonly onSample: (sample: UsageSample) => void;
}): UsageWatch {
  const { clock, everyMs } = options;
  let latest: UsageSample | undefined;
  let before: { readonly at: number; readonly cpuMs: number } | undefined;
  let measuring: Promise<void> | undefined;
  let startedAt = 0;
  let measures = 0;
  let patienceMs = FIRST_PATIENCE_MS;
  let cancel: (() => void) | undefined;
  let isStopped = false;

  const take = async (number: number): Promise<void> => {
    let usage: ProcessUsage | undefined;
    try {
      usage = await options.usage();
    } catch {
      // A launcher's own measure: without one the worker is as good as before.
    }
    if (number !== measures) return;
    measuring = undefined;
    // What a launcher of somebody else's says may be anything.
    if (isStopped || !Number.isFinite(usage?.rssBytes)) return;
    const { rssBytes, cpuMs: told } = usage as ProcessUsage;
    const cpuMs = Number.isFinite(told) ? told : undefined;
    const now = clock.now();
    let cpuPercent = latest?.cpuPercent;
    if (cpuMs !== undefined && before !== undefined && now - before.at >= SHORTEST_CPU_MS) {
      cpuPercent = Math.max(0, Math.round((100 * (cpuMs - before.cpuMs)) / (now - before.at)));
      before = { at: now, cpuMs };
    } else if (cpuMs !== undefined) before ??= { at: now, cpuMs };
    latest = { at: Math.round(options.wallClock()), rssBytes, cpuPercent };
    options.onSample(latest);
  };
  /** One at a time: on a slow system measurements do not pile up. */
  const measure = (): Promise<void> => {
    if (measuring !== undefined && clock.now() - startedAt >= patienceMs) {
      measuring = undefined;
      patienceMs *= 2;
    }
    if (measuring === undefined) {
      startedAt = clock.now();
      measuring = take(++measures);
    }
    return measuring;
  };
  const arm = (): void => {
    if (everyMs !== undefined && !isStopped) cancel = clock.setTimer(tick, everyMs, true);
  };
  const tick = (): void => {
    void measure();
    arm();
  };
  arm();

  return {
    get latest() {
      return latest;
    },
    measure,
    stop() {
      isStopped = true;
      cancel?.();
    },
  };
}
