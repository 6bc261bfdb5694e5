import type { Clock } from "@outrigger/protocol";
import { type HangReport, NOT_IN_JAVASCRIPT } from "@outrigger/protocol";

/** What the host knows of a stall without asking the process. */
export type StallFacts = Pick<HangReport, "stalledMs" | "cpu"> & { readonly rssBytes: number | undefined };

/** What finding the place where one process hangs needs. */
export interface HangSource {
  readonly clock: Clock;
  /** Has the process open its inspector, whose address is told by `listening`; nothing in native code. */
  openInspector(): void;
  /** Never rejects; given up when `signal` says so. */
  locate(url: string, facts: StallFacts, signal: AbortSignal): Promise<HangReport>;
  onReport(report: HangReport): void;
}

/** Finds where one process hangs, from outside. */
export interface HangFinder {
  /** Its main thread has been standing still for so long. */
  stalled(facts: StallFacts): void;
  /** It has moved. */
  moved(): void;
  /** Its inspector is open. */
  listening(url: string): void;
  /** Somebody else uses its inspector: pausing, and resuming, is his. */
  leaveAlone(): void;
}

export function createHangFinder(source: HangSource): HangFinder {
  let url: string | undefined;
  let stall: StallFacts | undefined;
  let isOpening = false;
  let locating: AbortController | undefined;
  let isLeftAlone = false;
  let cancelPatience: (() => void) | undefined;

  const locate = async (address: string, facts: StallFacts): Promise<void> => {
    if (locating !== undefined) return;
    const giveUp = new AbortController();
    locating = giveUp;
    const report = await source.locate(address, facts, giveUp.signal);
    if (giveUp.signal.aborted) return;
    locating = undefined;
    cancelPatience?.();
    source.onReport(report);
  };

  return {
    stalled(facts) {
      stall = facts;
      if (isLeftAlone) return;
      cancelPatience?.();
      const giveUp = () => source.onReport(reportOf(facts, `${NOT_IN_JAVASCRIPT}, or stopped`));
      cancelPatience = source.clock.setTimer(giveUp, facts.stalledMs / 2, true);
      if (url !== undefined) void locate(url, facts);
      else if (!isOpening) source.openInspector();
      isOpening = true;
    },
    moved() {
      stall = undefined;
      cancelPatience?.();
      // Where it stands by now is not where it stood.
      locating?.abort();
      locating = undefined;
    },
    listening(address) {
      url = address;
      if (stall !== undefined) void locate(address, stall);
    },
    leaveAlone() {
      isLeftAlone = true;
    },
  };
}

/** A report of a place that is not known. */
export function reportOf({ stalledMs, cpu, rssBytes }: StallFacts, note: string): HangReport {
  return { stalledMs, cpu, note, stack: [], memory: rssBytes === undefined ? undefined : { rss: rssBytes } };
}
