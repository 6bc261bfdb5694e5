import { closeSync, openSync, readSync } from "node:fs";
import { monitorEventLoopDelay } from "node:perf_hooks";

/** How long the event loop let others wait, in ms. */
export interface LoopDelay {
  readonly p99: number;
  readonly max: number;
  /** The same without the time this thread stood in the machine's run queue, because other programs had the processors. */
  readonly ownP99: number;
  readonly ownMax: number;
  readonly samples: number;
}

/** Begins to measure; the returned function ends it. */
export function measureLoopDelay(): () => LoopDelay {
  const histogram = monitorEventLoopDelay({ resolution: 1 });
  const queued = queueTime();
  const own: number[] = [];
  let at = performance.now();
  let waited = queued.ms();
  const timer = setInterval(() => {
    const now = performance.now();
    const waitedNow = queued.ms();
    own.push(Math.max(0, now - at - (waitedNow - waited)));
    at = now;
    waited = waitedNow;
  }, 1);
  histogram.enable();
  return () => {
    clearInterval(timer);
    queued.end();
    histogram.disable();
    own.sort((a, b) => a - b);
    return {
      p99: histogram.percentile(99) / 1e6,
      max: histogram.max / 1e6,
      ownP99: own[Math.floor(own.length * 0.99)] ?? 0,
      ownMax: own.at(-1) ?? 0,
      samples: own.length,
    };
  };
}

/** How long this thread has been ready to run and did not. Linux tells; elsewhere it counts as nothing. */
function queueTime(): { ms(): number; end(): void } {
  try {
    const file = openSync("/proc/self/schedstat", "r");
    const buffer = Buffer.alloc(128);
    return {
      ms: () => Number(buffer.toString("latin1", 0, readSync(file, buffer, 0, 128, 0)).split(" ")[1]) / 1e6,
      end: () => closeSync(file),
    };
  } catch {
    return { ms: () => 0, end: () => {} };
  }
}
