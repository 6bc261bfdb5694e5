import type { OnIgnored } from "./cancel-policy.js";
import type { OnHang } from "./liveness-state.js";
import {
  countCrash,
  decideRestart,
  forgetConsecutive,
  forgetRecent,
  NO_CRASHES,
  type RestartDecision,
} from "./restart-policy.js";
import { shutdownSteps } from "./shutdown-plan.js";
import {
  arm,
  blame,
  climb,
  type Draft,
  disarm,
  emit,
  end,
  enter,
  launch,
  queue,
  refuse,
  settle,
  type TransitionContext,
} from "./state-draft.js";
import type {
  Effect,
  IgnoredCancel,
  LifecycleEvent,
  ProcessEvent,
  Silence,
  WorkerExit,
  WorkerState,
} from "./state-types.js";

export const INITIAL_STATE: WorkerState = {
  status: "stopped",
  phase: { name: "idle" },
  incarnation: 0,
  history: NO_CRASHES,
  lastCrash: undefined,
  afterCrash: false,
  closing: false,
  timerSerial: 0,
};

/** The lifecycle as a table: what follows from an event, as data. Events of an older process or timer change nothing. */
export function transition(
  before: WorkerState,
  event: LifecycleEvent,
  context: TransitionContext,
): { readonly state: WorkerState; readonly effects: readonly Effect[] } {
  const draft: Draft = { context, effects: [], state: { ...before } };
  switch (event.type) {
    case "start":
      onStart(draft);
      break;
    case "restart":
      onRestart(draft, event.isRedefined);
      break;
    case "stop":
      onStop(draft);
      break;
    case "close":
      draft.state.closing = true;
      onStop(draft);
      break;
    case "timer":
      if (event.serial === before.timerSerial) onTimer(draft);
      break;
    default:
      if (event.incarnation === before.incarnation) onProcess(draft, event);
  }
  return { state: draft.state, effects: draft.effects };
}

function onRestart(draft: Draft, isRedefined: boolean): void {
  const { name } = draft.state.phase;
  if (name === "serving") end(draft, "drain", "start", false);
  // Who gives options waits for a process that has them.
  else if (isRedefined && (name === "launching" || name === "handshaking")) end(draft, "terminate", "start", false);
  else onStart(draft);
}

function onStart(draft: Draft): void {
  const { state } = draft;
  const { phase } = state;
  if (state.closing) {
    refuse(draft, "start", "closing");
    return;
  }
  switch (phase.name) {
    case "idle":
      forgetGivenUp(state);
      launch(draft, false);
      return;
    case "backoff":
      launch(draft, true);
      return;
    case "serving":
      settle(draft, "start");
      return;
    case "ending":
      if (phase.next === "stop") {
        refuse(draft, "start", "stopping");
        return;
      }
      state.phase = { ...phase, next: "start" };
      return;
    case "stuck":
      refuse(draft, "start", "still-alive");
      return;
    // launching, handshaking: the caller shares the start in flight.
  }
}

/** Whoever stops or starts a worker that was given up has seen it. */
function forgetGivenUp(state: Draft["state"]): void {
  if (state.status === "failed") state.history = forgetRecent(state.history);
}

function onStop(draft: Draft): void {
  const { phase } = draft.state;
  switch (phase.name) {
    case "launching":
    case "handshaking":
      refuse(draft, "start", "stopped");
      end(draft, "terminate", "stop", false);
      return;
    case "serving":
      end(draft, "drain", "stop", false);
      return;
    case "ending":
      refuse(draft, "start", "stopped");
      enter(draft, { ...phase, next: "stop" }, "stopping");
      return;
    case "stuck":
      end(draft, "kill", "stop", phase.crashed);
      return;
    case "backoff":
      disarm(draft);
      break;
    case "idle":
      forgetGivenUp(draft.state);
  }
  enter(draft, { name: "idle" }, "stopped");
  settle(draft, "stop");
}

function onTimer(draft: Draft): void {
  const { state } = draft;
  const { phase } = state;
  switch (phase.name) {
    case "backoff":
      if (phase.isQueued) launch(draft, true);
      else {
        state.phase = { ...phase, isQueued: true };
        queue(draft);
      }
      return;
    case "serving":
      state.history = forgetConsecutive(state.history);
      return;
    case "ending":
      climb(draft, phase.steps.slice(1), phase.next, phase.crashed);
      return;
    case "launching":
    case "handshaking":
      blame(draft, { reason: "initialize-timeout", timeoutMs: draft.context.settings.initializeTimeoutMs });
      end(draft, "terminate", "policy", true);
      return;
  }
}

function onProcess(draft: Draft, event: ProcessEvent): void {
  const { state, context } = draft;
  const { phase } = state;
  switch (event.type) {
    case "launched":
      if (phase.name !== "launching") return;
      state.phase = { name: "handshaking" };
      draft.effects.push({ type: "handshake", incarnation: state.incarnation });
      return;
    case "ready":
      if (phase.name !== "handshaking") return;
      enter(draft, { name: "serving", since: context.now }, "running");
      arm(draft, "stable", context.settings.restart.stableAfterMs);
      emit(draft, { event: "ready", restarted: state.afterCrash });
      settle(draft, "start");
      return;
    case "broken":
      if (phase.name === "launching" || phase.name === "handshaking" || phase.name === "serving") {
        end(draft, event.cause, "policy", true);
      } else if (event.cause === "kill") hasten(draft);
      return;
    case "unresponsive":
      onUnresponsive(draft, event.silence, event.onHang);
      return;
    case "capabilities": {
      const { added, removed, missing } = event.report;
      if ([added, removed, missing].some(({ length }) => length > 0))
        emit(draft, { event: event.type, report: event.report });
      return;
    }
    case "cancel-ignored":
      onCancelIgnored(draft, event, event.onIgnored);
      return;
    case "recovered":
      if (phase.name === "serving") emit(draft, { event: "recovered" });
      return;
    case "shutdown-refused":
      if (phase.name === "ending" && phase.steps[0]?.action === "request") {
        climb(draft, phase.steps.slice(1), phase.next, phase.crashed);
      }
      return;
    case "exited":
      if (phase.name !== "idle" && phase.name !== "backoff") onExit(draft, event.exit);
  }
}

/** A main thread that stands still hears neither a shutdown nor SIGTERM. */
function onUnresponsive(draft: Draft, silence: Silence, onHang: OnHang): void {
  const { phase } = draft.state;
  const { restart } = draft.context.settings;
  const isKilled = onHang === "restart";
  if (phase.name === "serving") {
    const next = countCrash(restart, draft.state.history, draft.context.now);
    const decision = decideRestart(restart, next, { reason: "unresponsive", code: null }, draft.context.random);
    emit(draft, { event: "unresponsive", silence, onHang, willRestart: isKilled && decision.kind === "restart" });
    if (!isKilled) return;
    blame(draft, { reason: "unresponsive", silentMs: silence.silentMs, hang: silence.hang });
    end(draft, "kill", "policy", true);
  } else if (isKilled) hasten(draft);
}

/** Its other calls may be well: it drains. */
function onCancelIgnored(draft: Draft, { method, ignoredMs }: IgnoredCancel, onIgnored: OnIgnored): void {
  if (draft.state.phase.name !== "serving") return;
  const isDrained = onIgnored === "restart";
  emit(draft, { event: "cancel-ignored", method, ignoredMs, isDrained });
  if (!isDrained) return;
  blame(draft, { reason: "cancel-ignored", method, ignoredMs });
  end(draft, "drain", "policy", true);
}

/** A process that is being ended and cannot end by itself is not given more time. */
function hasten(draft: Draft): void {
  const { phase } = draft.state;
  if (phase.name !== "ending" || phase.steps.length <= 1) return;
  climb(draft, shutdownSteps("kill", draft.context.settings.shutdown), phase.next, phase.crashed);
}

/** The process is gone, so another one may come. */
function onExit(draft: Draft, exit: WorkerExit): void {
  const { state } = draft;
  const { phase } = state;
  const { now } = draft.context;
  const asked = phase.name === "ending" || phase.name === "stuck";
  const next = asked ? phase.next : "policy";
  const decision = !asked || phase.crashed ? judge(draft, exit) : undefined;
  disarm(draft);
  draft.effects.push({ type: "bury", incarnation: state.incarnation, exit });
  if (decision !== undefined && next !== "stop") enter(draft, phase, "crashed");
  emit(draft, { event: "exit", exit });
  if (decision !== undefined) emit(draft, { event: "crash", exit, restartInMs: restartInMs(next, decision) });

  if (next === "stop") {
    enter(draft, { name: "idle" }, "stopped");
    settle(draft, "stop");
    return;
  }
  if (next === "start") {
    launch(draft, false);
    return;
  }
  if (decision?.kind === "restart") {
    enter(draft, { name: "backoff", since: now, dueAt: now + decision.delayMs, isQueued: false }, "backoff");
    arm(draft, "backoff", decision.delayMs);
  } else if (decision?.kind === "give-up") {
    enter(draft, { name: "idle" }, "failed");
    emit(draft, { event: "failed", why: decision.why, exit });
  } else enter(draft, { name: "idle" }, "stopped");
  draft.effects.push({ type: "refuse", operation: "start", why: "start-failed", exit });
}

/** Counts a crash and has the policy decide. */
function judge(draft: Draft, exit: WorkerExit): RestartDecision {
  const { state, context } = draft;
  const policy = context.settings.restart;
  state.history = countCrash(policy, state.history, context.now);
  state.lastCrash = { ...exit, at: context.now };
  return decideRestart(policy, state.history, { reason: exit.reason.reason, code: exit.code }, context.random);
}

function restartInMs(next: "stop" | "start" | "policy", decision: RestartDecision): number | undefined {
  if (next === "start") return 0;
  return next === "policy" && decision.kind === "restart" ? decision.delayMs : undefined;
}
