/** When a worker is taken for hung. */
export interface LivenessSettings {
  /** A ping is sent this often, ms. Default 5,000. */
  readonly pingMs: number;
  /** Silence after which a worker is unresponsive, ms, the host's own stalls not counted. Default 10,000. */
  readonly unresponsiveAfterMs: number;
}

export const DEFAULT_LIVENESS: LivenessSettings = { pingMs: 5_000, unresponsiveAfterMs: 10_000 };

/** What is known of one worker's answers. */
export interface LivenessState {
  /** When the oldest unanswered ping was sent; `undefined` when all were answered. */
  readonly waitingSince: number | undefined;
  /** How much of the time since then the host itself stood still, ms. */
  readonly stalledMs: number;
  /** When the host looked last. */
  readonly lookedAt: number;
  /** It was reported as unresponsive and has not answered since. */
  readonly unresponsive: boolean;
}

export type LivenessFinding =
  | { readonly kind: "ok" }
  | { readonly kind: "unresponsive"; readonly silentMs: number }
  | { readonly kind: "recovered" };

export function startLiveness(now: number): LivenessState {
  return { waitingSince: undefined, stalledMs: 0, lookedAt: now, unresponsive: false };
}

/** A ping leaves now. */
export function pingSent(state: LivenessState, now: number): LivenessState {
  return state.waitingSince === undefined ? { ...state, waitingSince: now, stalledMs: 0, lookedAt: now } : state;
}

/** An answer has come. */
export function ponged(state: LivenessState): { readonly state: LivenessState; readonly finding: LivenessFinding } {
  return {
    state: { ...state, waitingSince: undefined, stalledMs: 0, unresponsive: false },
    finding: { kind: state.unresponsive ? "recovered" : "ok" },
  };
}

/**
 * The host looks, as it planned to do every `everyMs`. What it comes late is its own stall: no answer could be read in
 * that time, so it is not held against the worker.
 */
export function look(
  settings: LivenessSettings,
  state: LivenessState,
  now: number,
  everyMs: number,
): { readonly state: LivenessState; readonly finding: LivenessFinding } {
  const stalledMs = state.stalledMs + Math.max(0, now - state.lookedAt - everyMs);
  const next = { ...state, stalledMs, lookedAt: now };
  if (state.waitingSince === undefined || state.unresponsive) return { state: next, finding: { kind: "ok" } };
  const silentMs = now - state.waitingSince - stalledMs;
  if (silentMs < settings.unresponsiveAfterMs) return { state: next, finding: { kind: "ok" } };
  return { state: { ...next, unresponsive: true }, finding: { kind: "unresponsive", silentMs } };
}
