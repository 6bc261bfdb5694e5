import type { Clock } from "@outrigger/protocol";
import { type LivenessFinding, type LivenessSettings, look, ponged, startLiveness } from "./liveness-state.js";

/** What watching one process for hangs needs. */
export interface LivenessSource {
  readonly settings: LivenessSettings;
  readonly clock: Clock;
  /** Sends a ping; settles with its answer, whatever that is. `false` when there was none. */
  ping(): Promise<boolean>;
  /** Whether its main thread has moved since this was asked last. */
  heard(): boolean;
  /** Whether there is a report of the hang it may be in. */
  isExplained(): boolean;
  /** It answered: what was known of a hang is over. */
  onPong(roundTripMs: number): void;
  /** It may be hung; told a moment before `onUnresponsive`, unless it answers. */
  onSuspect(): void;
  onUnresponsive(silentMs: number): void;
  onRecovered(): void;
}

/** The watch over one process. */
export interface Liveness {
  readonly isUnresponsive: boolean;
  /** There is a report: a suspect need not be given longer. */
  explained(): void;
  stop(): void;
}

/** Pings a worker until it is stopped: one timer, at most one ping in flight. */
export function watchLiveness(source: LivenessSource): Liveness {
  const { clock, settings } = source;
  let state = startLiveness(clock.now());
  let cancel: (() => void) | undefined;
  let isStopped = false;

  const arm = (ms: number): void => {
    cancel?.();
    cancel = isStopped ? undefined : clock.setTimer(tick, ms, true);
  };

  const ping = async (): Promise<void> => {
    const sentAt = clock.now();
    const isAnswered = await source.ping();
    if (!isAnswered || isStopped) return;
    const answered = ponged(state);
    state = answered.state;
    source.onPong(clock.now() - sentAt);
    tell(answered.finding);
  };

  const tell = (finding: LivenessFinding): void => {
    if (finding.kind === "ping") void ping();
    else if (finding.kind === "suspect") source.onSuspect();
    else if (finding.kind === "unresponsive") source.onUnresponsive(finding.silentMs);
    else if (finding.kind === "recovered") source.onRecovered();
  };

  const tick = (): void => {
    const seen = look(settings, state, clock.now(), { heard: source.heard(), explained: source.isExplained() });
    state = seen.state;
    arm(state.plannedMs);
    tell(seen.finding);
  };

  tick();
  return {
    get isUnresponsive() {
      return state.verdict === "unresponsive";
    },
    explained() {
      // Not at once: what it wrote before is read first.
      if (state.verdict === "suspect") arm(Math.min(state.plannedMs, 10));
    },
    stop() {
      isStopped = true;
      cancel?.();
    },
  };
}
