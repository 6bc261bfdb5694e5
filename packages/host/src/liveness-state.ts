/** What follows when a worker answers no ping. */
export type OnHang = "report" | "restart";

/** When a worker is taken for hung. */
export interface LivenessSettings {
  /** How often a ping is sent, ms; at most half of `unresponsiveAfterMs`. Default 5,000, or that half. */
  readonly pingMs: number;
  /** Silence after which a worker is unresponsive, ms, the host's own stalls not counted. At least 100. Default 10,000. */
  readonly unresponsiveAfterMs: number;
  /**
   * What follows: `"restart"`: its process is killed and the restart policy goes on, as after any crash; `"report"`: events
   * only. Default `"restart"`: a main thread that stands still answers nobody, and most never move again.
   */
  readonly onHang: OnHang;
}

export const DEFAULT_LIVENESS: LivenessSettings = { pingMs: 5_000, unresponsiveAfterMs: 10_000, onHang: "restart" };

/**
 * A worker that goes on writing may be sending much over a thin line, with its answer behind it; or it does nothing but
 * write. It is given this many times as long.
 */
const PATIENCE_WITH_WRITERS = 6;
/** What the host may look later than planned: past it, what came meanwhile is read before anything is decided. */
export const LATE_MS = 50;
/** How long a suspect is given: the host has read what came during its own stall, and a report is there. */
const SHORT_SUSPICION_MS = 50;
const LONG_SUSPICION_MS = 1_000;

/** What is known of one worker's answers. */
export interface LivenessState {
  /** When the host looked last, and when it planned to look again, ms from then. */
  readonly lookedAt: number;
  readonly plannedMs: number;
  /** How long the oldest ping has been unanswered, ms without the host's own stalls; `undefined`: none is. */
  readonly unansweredMs: number | undefined;
  /** How long nothing at all has come meanwhile, ms. */
  readonly silentMs: number;
  readonly verdict: "alive" | "suspect" | "unresponsive";
}

export type LivenessFinding =
  | { readonly kind: "ok" }
  /** A ping is due. */
  | { readonly kind: "ping" }
  /** Silent for as long as it may be; the next look decides. */
  | { readonly kind: "suspect" }
  /** Told once. */
  | { readonly kind: "unresponsive"; readonly silentMs: number }
  | { readonly kind: "recovered" };

/** The first look is due at once. */
export function startLiveness(now: number): LivenessState {
  return { lookedAt: now, plannedMs: 0, unansweredMs: undefined, silentMs: 0, verdict: "alive" };
}

/** The answer has come. */
export function ponged(state: LivenessState): { readonly state: LivenessState; readonly finding: LivenessFinding } {
  return {
    state: { ...state, unansweredMs: undefined, silentMs: 0, verdict: "alive" },
    finding: { kind: state.verdict === "unresponsive" ? "recovered" : "ok" },
  };
}

/**
 * The host looks; the next look is due after `plannedMs`. What it comes late is its own stall: nothing could be read in that
 * time, so it does not count. Nor does a look that comes late decide: what came during the stall is read only after it.
 *
 * @param seen.heard whether the worker has written, or read a backlog, since the last look
 * @param seen.explained whether there is a report of the hang, so that nothing more has to be waited for
 */
export function look(
  settings: LivenessSettings,
  state: LivenessState,
  now: number,
  seen: { readonly heard: boolean; readonly explained: boolean },
): { readonly state: LivenessState; readonly finding: LivenessFinding } {
  const { pingMs, unresponsiveAfterMs } = settings;
  if (state.unansweredMs === undefined) {
    const waiting = { ...state, unansweredMs: 0, silentMs: 0, lookedAt: now, plannedMs: pingMs };
    return { state: waiting, finding: { kind: "ping" } };
  }
  const passedMs = Math.min(now - state.lookedAt, state.plannedMs);
  const unansweredMs = state.unansweredMs + passedMs;
  const silentMs = seen.heard ? 0 : state.silentMs + passedMs;
  const waited = { ...state, lookedAt: now, unansweredMs, silentMs };
  const leftMs = Math.min(unresponsiveAfterMs - silentMs, PATIENCE_WITH_WRITERS * unresponsiveAfterMs - unansweredMs);
  if (state.verdict === "unresponsive") return { state: { ...waited, plannedMs: pingMs }, finding: { kind: "ok" } };
  if (leftMs > 0) {
    const plannedMs = Math.min(pingMs, leftMs);
    return { state: { ...waited, plannedMs, verdict: "alive" }, finding: { kind: "ok" } };
  }
  const isLate = now - state.lookedAt > state.plannedMs + LATE_MS && silentMs < 2 * unresponsiveAfterMs;
  if (state.verdict === "suspect" && !isLate) {
    const decided: LivenessState = { ...waited, plannedMs: pingMs, verdict: "unresponsive" };
    return { state: decided, finding: { kind: "unresponsive", silentMs: unansweredMs } };
  }
  const plannedMs =
    seen.explained || state.verdict === "suspect"
      ? SHORT_SUSPICION_MS
      : Math.min(LONG_SUSPICION_MS, unresponsiveAfterMs - pingMs);
  const kind = state.verdict === "suspect" ? "ok" : "suspect";
  return { state: { ...waited, plannedMs, verdict: "suspect" }, finding: { kind } };
}
