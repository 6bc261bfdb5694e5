import { MISDEEDS, type Misdeed } from "./soak-contract.js";

/** What is done to a worker: by its operator, by the system, or by itself. */
export const ACTS = ["stop-start", "restart", "SIGKILL", "SIGTERM", "SIGSTOP", ...MISDEEDS] as const;
export type Act = "stop-start" | "restart" | "SIGKILL" | "SIGTERM" | "SIGSTOP" | Misdeed;

export interface ChaosStep {
  readonly atMs: number;
  readonly worker: number;
  readonly act: Act;
}

/** A generator that a seed repeats: numbers from 0 up to 1. */
export function seededRandom(seed: number): () => number {
  let state = seed >>> 0;
  // mulberry32
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Everything that will go wrong, and when. */
export function chaosSchedule(seed: number, workers: number, chaosMs: number, totalMs: number): ChaosStep[] {
  const random = seededRandom(seed);
  const steps: ChaosStep[] = [];
  // Each act has its turn before one comes twice: a short soak tries all of them.
  let acts: Act[] = [];
  for (let at = chaosMs; at < totalMs; at += chaosMs * (0.5 + random())) {
    if (acts.length === 0) acts = [...ACTS];
    const [act] = acts.splice(Math.floor(random() * acts.length), 1);
    steps.push({ atMs: Math.round(at), worker: Math.floor(random() * workers), act: act as Act });
  }
  return steps;
}
