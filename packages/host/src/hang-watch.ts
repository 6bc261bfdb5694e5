import type { Clock, HangReport } from "@outrigger/protocol";
import { createHangFinder } from "./hang-finder.js";
import { locateHang } from "./hang-locator.js";
import { createInspectorLines } from "./inspector-lines.js";
import { lifeSigns, type PipeCounters } from "./life-signs.js";
import type { MarkedLines } from "./marked-lines.js";
import { type StallWatch, watchStalls } from "./stall-watch.js";
import type { UsageWatch } from "./usage-watch.js";

/** How long a main thread may stand still before the host looks where, ms: a quarter of its silence, within these. */
const LONGEST_STALL_MS = 1_000;
const SHORTEST_STALL_MS = 500;

/** What looking into one process needs. */
export interface HangWatchSource {
  readonly clock: Clock;
  readonly unresponsiveAfterMs: number;
  /** Has it open its inspector. */
  openInspector(): void;
  /** What it takes, if that is measured. */
  usage(): UsageWatch | undefined;
  onReport(report: HangReport): void;
}

/** Sees when a process stands still, and where, from outside. */
export interface HangWatch {
  /** Takes what Node says of its inspector out of its stderr. */
  readonly inspectorLines: MarkedLines;
  /** It may be looked into from now on; it is in its setup. Pings it where that takes long. */
  begin(counters: () => PipeCounters, ping: () => Promise<boolean>): void;
  /** It serves: others ping it. */
  endSetup(): void;
  pinged(): void;
  answered(): void;
  stop(): void;
}

export function createHangWatch(source: HangWatchSource): HangWatch {
  const { clock } = source;
  const stallMs = Math.max(SHORTEST_STALL_MS, Math.min(LONGEST_STALL_MS, source.unresponsiveAfterMs / 4));
  let stalls: StallWatch | undefined;
  let cancelSetup: (() => void) | undefined;
  let isStandingStill = false;

  const inspectorLines = createInspectorLines(
    (url) => finder.listening(url),
    () => finder.leaveAlone(),
  );
  const finder = createHangFinder({
    ...{ clock, locate: locateHang, onReport: source.onReport },
    openInspector() {
      inspectorLines.expect();
      source.openInspector();
    },
  });
  const onStalled = async (stalledMs: number): Promise<void> => {
    isStandingStill = true;
    await source.usage()?.measure();
    if (!isStandingStill) return;
    const { cpuPercent, rssBytes } = source.usage()?.latest ?? {};
    finder.stalled({ stalledMs, cpu: cpuPercent, rssBytes });
  };
  const endSetup = (): void => {
    cancelSetup?.();
    cancelSetup = undefined;
  };
  const answered = (): void => {
    stalls?.answered();
    isStandingStill = false;
    finder.moved();
  };

  return {
    inspectorLines,
    begin(counters, ping) {
      stalls = watchStalls({
        ...{ clock, stallMs },
        moved: lifeSigns(counters),
        onDoubt: () => void source.usage()?.measure(),
        onStalled: (stalledMs) => void onStalled(stalledMs),
      });
      // A setup that takes no longer costs no ping.
      const arm = (): void => {
        cancelSetup = clock.setTimer(look, stallMs, true);
      };
      const look = (): void => void ping().then((isAnswered) => isAnswered && cancelSetup !== undefined && arm());
      arm();
    },
    ...{ endSetup, answered },
    pinged: () => stalls?.pinged(),
    stop() {
      endSetup();
      answered();
      stalls?.stop();
    },
  };
}
