import { type Clock, type HangReport, longestStall } from "@outrigger/protocol";
import { createHangFinder, type HangPlace } from "./hang-finder.js";
import { locateHang } from "./hang-locator.js";
import { createInspectorLines } from "./inspector-lines.js";
import { lifeSigns, type PipeCounters } from "./life-signs.js";
import type { MarkedLines } from "./marked-lines.js";
import { type StallWatch, watchStalls } from "./stall-watch.js";
import type { UsageWatch } from "./usage-watch.js";

/** What looking into one process needs. */
export interface HangWatchSource {
  readonly clock: Clock;
  readonly unresponsiveAfterMs: number | undefined;
  /** Has it open its inspector; `false` where it cannot be asked. */
  openInspector(): boolean;
  /** Somebody else has opened it: where it hangs is not looked for. */
  onLeftAlone(): void;
  /** Finds its place; never rejects. Default: by a process of its own. */
  readonly locate?: typeof locateHang | undefined;
  /** What it takes, if that is measured. */
  usage(): UsageWatch | undefined;
  onReport(report: HangReport): void;
  /** It has moved: what was reported is over. */
  onMoved(): void;
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
  const { clock, locate = locateHang } = source;
  const stallMs = longestStall(source.unresponsiveAfterMs);
  let stalls: StallWatch | undefined;
  let cancelSetup: (() => void) | undefined;
  let unanswered = 0;

  const onFound = (stalledMs: number, { heapUsed, ...place }: HangPlace): void => {
    const { cpuPercent: cpu, rssBytes } = source.usage()?.latest ?? {};
    const memory = rssBytes === undefined ? undefined : { rss: rssBytes, heapUsed };
    source.onReport({ ...place, stalledMs, cpu, memory });
  };
  const inspectorLines = createInspectorLines(
    (url) => finder.listening(url),
    () => {
      finder.leaveAlone();
      source.onLeftAlone();
    },
  );
  const finder = createHangFinder({
    ...{ clock, onFound },
    openInspector() {
      const isAsked = source.openInspector();
      if (isAsked) inspectorLines.expectAddress();
      return isAsked;
    },
    locate(url, signal) {
      inspectorLines.expectVisit();
      return locate(url, signal);
    },
  });
  const endSetup = (): void => {
    cancelSetup?.();
    cancelSetup = undefined;
  };
  const moved = (): void => {
    finder.moved();
    source.onMoved();
  };
  const pinged = (): void => {
    unanswered++;
    stalls?.pinged();
  };
  const answered = (): void => {
    stalls?.answered();
    moved();
    unanswered = Math.max(0, unanswered - 1);
    // That of the setup, and the first of those that follow it, may both be out.
    if (unanswered > 0) stalls?.pinged();
  };

  return {
    inspectorLines,
    begin(counters, ping) {
      stalls = watchStalls({
        ...{ clock, stallMs },
        moved: lifeSigns(counters),
        onMoved: moved,
        // Twice, so that processor time is told of the stall alone.
        onDoubt: () => void source.usage()?.measure(),
        onStalled(stalledMs) {
          void source.usage()?.measure();
          finder.stalled(stalledMs);
        },
      });
      // A setup that takes no longer costs no ping.
      const arm = (): void => {
        cancelSetup = clock.setTimer(look, stallMs, true);
      };
      const look = (): void => void ping().then((isAnswered) => isAnswered && cancelSetup !== undefined && arm());
      arm();
    },
    ...{ endSetup, pinged, answered },
    stop() {
      endSetup();
      stalls?.stop();
      finder.moved();
    },
  };
}
