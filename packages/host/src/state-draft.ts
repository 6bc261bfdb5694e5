import type { HostCause } from "./exit-reason.js";
import { addWait } from "./restart-policy.js";
import { type ShutdownCause, type ShutdownStep, shutdownSteps } from "./shutdown-plan.js";
import type {
  Effect,
  LifecycleSettings,
  Next,
  Notice,
  Phase,
  Refusal,
  TimerName,
  WorkerState,
  WorkerStatus,
} from "./state-types.js";

/** What a transition may look at beside state and event. */
export interface TransitionContext {
  /** Of the latest process, or of the first one to come. */
  readonly settings: LifecycleSettings;
  /** Of the process to come. */
  readonly upcoming: LifecycleSettings;
  /** Monotonic time in ms. */
  readonly now: number;
  /** A number from 0 up to 1. */
  readonly random: number;
}

/** A transition being worked out: the state to come and what is to be done. */
export interface Draft {
  readonly context: TransitionContext;
  readonly effects: Effect[];
  readonly state: { -readonly [K in keyof WorkerState]: WorkerState[K] };
}

export function emit(draft: Draft, notice: Notice): void {
  draft.effects.push({ type: "emit", notice });
}

export function enter({ state, effects }: Draft, phase: Phase, status: WorkerStatus): void {
  state.phase = phase;
  if (state.status === status) return;
  effects.push({ type: "emit", notice: { event: "status", status, previous: state.status } });
  state.status = status;
}

/** A new serial makes every timer armed before it stale. */
export function arm({ state, effects }: Draft, timer: TimerName, afterMs: number): void {
  state.timerSerial++;
  effects.push({ type: "arm", timer, afterMs, serial: state.timerSerial });
}

/** Waits for its turn to restart, instead of a timer. */
export function queue({ state, effects }: Draft): void {
  state.timerSerial++;
  effects.push({ type: "queue", serial: state.timerSerial });
}

export function disarm({ state, effects }: Draft): void {
  state.timerSerial++;
  effects.push({ type: "disarm" });
}

export function settle(draft: Draft, operation: "start" | "stop"): void {
  draft.effects.push({ type: "settle", operation });
}

export function refuse(draft: Draft, operation: "start" | "stop", why: Refusal): void {
  draft.effects.push({ type: "refuse", operation, why });
}

/** Names why the process is ended. */
export function blame({ state, effects }: Draft, cause: HostCause): void {
  effects.push({ type: "blame", incarnation: state.incarnation, cause });
}

/** The only way to a process. Only to be taken when there is none. */
export function launch(draft: Draft, afterCrash: boolean): void {
  const { state, context } = draft;
  if (state.phase.name === "backoff") state.history = addWait(state.history, context.now - state.phase.since);
  state.incarnation++;
  state.afterCrash = afterCrash;
  enter(draft, { name: "launching" }, "starting");
  arm(draft, "initialize", context.upcoming.initializeTimeoutMs);
  draft.effects.push({ type: "launch", incarnation: state.incarnation });
}

/** Has the process go, from the rung of the ladder its cause asks for. */
export function end(draft: Draft, cause: ShutdownCause, next: Next, crashed: boolean): void {
  climb(draft, shutdownSteps(cause, draft.context.settings.shutdown), next, crashed);
}

/** Takes the first of the steps left, or reports a process that outlived them all. */
export function climb(draft: Draft, steps: readonly ShutdownStep[], next: Next, crashed: boolean): void {
  const [step] = steps;
  if (step === undefined) {
    disarm(draft);
    enter(draft, { name: "stuck", next, crashed }, "failed");
    emit(draft, { event: "failed", why: "still-alive" });
    refuse(draft, "start", "still-alive");
    refuse(draft, "stop", "still-alive");
    return;
  }
  enter(draft, { name: "ending", steps, next, crashed }, crashed && next !== "stop" ? "crashed" : "stopping");
  arm(draft, "shutdown", step.withinMs);
  const { incarnation } = draft.state;
  if (step.action === "request") draft.effects.push({ type: "shutdown", incarnation, withinMs: step.withinMs });
  else if (step.action !== "wait") draft.effects.push({ type: "signal", incarnation, signal: step.action });
}
