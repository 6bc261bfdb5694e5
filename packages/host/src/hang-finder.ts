import { type Clock, type HangReport, NOT_IN_JAVASCRIPT } from "@outrigger/protocol";

/** The least time that a process is given to open its inspector, ms: the machine may be busy. */
const LEAST_PATIENCE_MS = 1_000;

/** Where a main thread stands; without a file it is not known, and `note` says why. */
export type HangPlace = Pick<HangReport, "functionName" | "file" | "line" | "column" | "stack" | "note"> & {
  /** Bytes of its main JavaScript heap. */
  readonly heapUsed?: number | undefined;
};

const NO_ADDRESS = `${NOT_IN_JAVASCRIPT}, or stopped, or with a SIGUSR1 of its own`;
const UNANSWERED = "the place is unknown: its inspector did not answer";
const UNASKED = "the place is unknown: it cannot be asked to open its inspector";

/** What finding the place where one process hangs needs. */
export interface HangSource {
  readonly clock: Clock;
  /**
   * Has the process open its inspector, whose address is told by `listening`; in native code nothing comes.
   * `false` where it cannot be asked.
   */
  openInspector(): boolean;
  /** Never rejects; given up when `signal` says so. `undefined`: nobody answers there. */
  locate(url: string, signal: AbortSignal): Promise<HangPlace | undefined>;
  onFound(stalledMs: number, place: HangPlace): void;
}

/** Finds where one process hangs, from outside: one search each time it is asked, until the place of the stall is known. */
export interface HangFinder {
  /** Its main thread has been standing still for so long. */
  stalled(stalledMs: number): void;
  /** It has moved. */
  moved(): void;
  /** Its inspector is open. */
  listening(url: string): void;
  /** Somebody else uses its inspector: pausing, and resuming, is his. */
  leaveAlone(): void;
}

export function createHangFinder(source: HangSource): HangFinder {
  let url: string | undefined;
  /** How long the stall had lasted whose place is to be searched. */
  let wantedMs: number | undefined;
  let search: AbortController | undefined;
  /** The place of this stall. */
  let found: HangPlace | undefined;
  let wasAsked = false;
  let isLeftAlone = false;
  let cancelPatience: (() => void) | undefined;

  const locate = async (): Promise<void> => {
    if (url === undefined || wantedMs === undefined || search !== undefined) return;
    const stalledMs = wantedMs;
    wantedMs = undefined;
    const current = new AbortController();
    search = current;
    const place = await source.locate(url, current.signal);
    if (current.signal.aborted) return;
    search = undefined;
    // It may have been closed: next time it is opened again, which an open one does not heed.
    if (place === undefined) wasAsked = false;
    else if (place.file !== undefined) found = place;
    source.onFound(stalledMs, place ?? { stack: [], note: UNANSWERED });
    // It was asked again meanwhile.
    if (found === undefined) void locate();
    else wantedMs = undefined;
  };

  const hush = (): void => {
    cancelPatience?.();
    cancelPatience = undefined;
  };
  const moved = (): void => {
    found = undefined;
    wantedMs = undefined;
    hush();
    // Where it stands by now is not where it stood.
    search?.abort();
    search = undefined;
  };

  return {
    stalled(stalledMs) {
      if (isLeftAlone) return;
      if (found !== undefined) {
        source.onFound(stalledMs, found);
        return;
      }
      wasAsked ||= source.openInspector();
      if (isLeftAlone) return;
      if (!wasAsked) {
        source.onFound(stalledMs, { stack: [], note: UNASKED });
        return;
      }
      wantedMs = stalledMs;
      const giveUp = (): void => {
        cancelPatience = undefined;
        source.onFound(stalledMs, { stack: [], note: NO_ADDRESS });
      };
      if (url === undefined) {
        cancelPatience ??= source.clock.setTimer(giveUp, Math.max(LEAST_PATIENCE_MS, stalledMs / 2), true);
      }
      void locate();
    },
    moved,
    listening(address) {
      if (isLeftAlone) return;
      url = address;
      hush();
      void locate();
    },
    leaveAlone() {
      isLeftAlone = true;
      moved();
    },
  };
}
