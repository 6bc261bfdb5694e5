import type { Clock } from "./clock.js";
import { createDeadlineTimer } from "./deadline-timer.js";

/** Calls that were cancelled, or timed out, and that the other end has not ended yet. */
export interface AbandonedCalls {
  add(id: number, method: string): void;
  /** Its late answer came. */
  settle(id: unknown): void;
  clear(): void;
  size(): number;
}

/** How calls that were abandoned are watched. */
export interface AbandonSettings {
  readonly clock: Clock;
  /** How long the other end may take to end a call that was cancelled, ms. */
  readonly graceMs: number;
  /** Calls watched at once: who ignores that many is found out by those. */
  readonly max: number;
  /** Whether what was sent to the other end still waits to be read by it. */
  isBehind(): boolean;
  /** Told once of each call that was not ended in time. */
  onIgnored(method: string, ignoredMs: number): void;
}

/** Later than this a timer is late because this process stood still: then answers lie unread. */
const STALL_MS = 50;
/** So many graces are given to who is behind with reading: the cancel may not have reached it. A slow reader on purpose gets no more. */
const MOST_GRACES = 4;

interface Abandoned {
  readonly method: string;
  readonly at: number;
  /** How long this process had stood still by then, ms. */
  readonly stalledBefore: number;
}

export function createAbandonedCalls(settings: AbandonSettings): AbandonedCalls {
  const { clock, graceMs, max } = settings;
  /** Oldest first, and so in order of the end of their grace. */
  const calls = new Map<number, Abandoned>();
  let stalledMs = 0;
  let plannedAt = 0;

  const dueAt = ({ at, stalledBefore }: Abandoned): number => at + graceMs + stalledMs - stalledBefore;
  const timer = createDeadlineTimer(clock, () => {
    const now = clock.now();
    // What could not be read is not held against the other end; what lies unread needs a moment.
    const late = now - plannedAt;
    if (late > STALL_MS) stalledMs += late + STALL_MS;
    for (const [id, call] of calls) {
      if (dueAt(call) > now) break;
      if (now - call.at < MOST_GRACES * graceMs && settings.isBehind()) {
        stalledMs += graceMs;
        break;
      }
      calls.delete(id);
      settings.onIgnored(call.method, now - call.at);
    }
    watch();
  });
  const watch = (): void => {
    for (const call of calls.values()) {
      plannedAt = dueAt(call);
      timer.arm(plannedAt);
      return;
    }
  };

  return {
    add(id, method) {
      if (calls.size >= max) return;
      calls.set(id, { method, at: clock.now(), stalledBefore: stalledMs });
      if (calls.size === 1) watch();
    },
    settle(id) {
      if (calls.size > 0 && calls.delete(id as number) && calls.size === 0) timer.disarm();
    },
    clear() {
      calls.clear();
      timer.disarm();
    },
    size: () => calls.size,
  };
}
