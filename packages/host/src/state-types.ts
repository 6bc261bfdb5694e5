import type { HangReport, WaitingCall } from "@outrigger/protocol";
import type { CapabilityReport } from "@outrigger/protocol/authority";
import type { OnIgnored } from "./cancel-policy.js";
import type { ExitReason, HostCause } from "./exit-reason.js";
import type { OnHang } from "./liveness-state.js";
import type { CrashHistory, RestartDecision, RestartPolicy } from "./restart-policy.js";
import type { ShutdownBudget, ShutdownCause, ShutdownStep } from "./shutdown-plan.js";
import type { UsageSample } from "./usage-watch.js";

/**
 * What a worker is doing. `crashed`: its process is lost and being cleared away, or is drained to be replaced; `backoff`: it
 * waits for its restart; `failed`: it will not come back by itself, `start` brings it back.
 */
export type WorkerStatus = "stopped" | "starting" | "running" | "stopping" | "crashed" | "backoff" | "failed";

/** How a worker's process ended. */
export interface WorkerExit {
  readonly reason: ExitReason;
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  /** A sentence with the worker's id, the reason, what to do, and the end of its stderr. */
  readonly message: string;
}

/** What is known of a worker that answers no ping. */
export interface Silence {
  /** Since the oldest ping it has not answered, ms, the host's own stalls not counted. */
  readonly silentMs: number;
  /** Function, file, line and stack of what its main thread stands still in; `undefined`: it could not tell. */
  readonly hang: HangReport | undefined;
  /** The calls that wait for it, oldest first, at most 20. */
  readonly calls: readonly WaitingCall[];
  /** How many calls wait for it. */
  readonly callsInFlight: number;
  /** Memory and processor time of its process, seen from outside. */
  readonly usage: UsageSample | undefined;
}

/** What comes after a process is gone; `policy`: the restart policy decides. */
export type Next = "stop" | "start" | "policy";

/**
 * Where a worker is. `ending`: a process has to go, by which steps, and because it crashed or not, whatever was asked
 * since. `stuck`: it outlived SIGKILL.
 */
export type Phase =
  | { readonly name: "idle" }
  /** `isQueued`: its delay is over, and it waits for its turn among the workers of its host. */
  | { readonly name: "backoff"; readonly since: number; readonly dueAt: number; readonly isQueued: boolean }
  | { readonly name: "launching" }
  | { readonly name: "handshaking" }
  | { readonly name: "serving"; readonly since: number }
  | {
      readonly name: "ending";
      readonly steps: readonly ShutdownStep[];
      readonly next: Next;
      readonly crashed: boolean;
    }
  | { readonly name: "stuck"; readonly next: Next; readonly crashed: boolean };

/** The whole lifecycle of one worker. At most one process exists in any state: the one numbered `incarnation`. */
export interface WorkerState {
  readonly status: WorkerStatus;
  readonly phase: Phase;
  /** Number of the latest process; 0 before the first. */
  readonly incarnation: number;
  readonly history: CrashHistory;
  readonly lastCrash: (WorkerExit & { readonly at: number }) | undefined;
  /** The latest launch was the policy's, not a caller's. */
  readonly afterCrash: boolean;
  /** The host is closing: nothing starts any more. */
  readonly closing: boolean;
  /** Names the timer that is armed; an older one changes nothing. */
  readonly timerSerial: number;
}

/** Budgets of the lifecycle. */
export interface LifecycleSettings {
  /** From the launch to the end of the handshake, ms. */
  readonly initializeTimeoutMs: number;
  readonly shutdown: ShutdownBudget;
  readonly restart: RestartPolicy;
}

/** What the phases that wait wait for; one timer is armed at a time. */
export type TimerName = "initialize" | "stable" | "shutdown" | "backoff";

/** A call that a worker goes on with though it was cancelled, or timed out. */
export interface IgnoredCancel {
  readonly method: string;
  /** ms since it was told to stop. */
  readonly ignoredMs: number;
}

/** What a process did. */
export type ProcessEvent =
  /** It exists. */
  | { readonly type: "launched"; readonly incarnation: number }
  /** The handshake is done. */
  | { readonly type: "ready"; readonly incarnation: number }
  /** It is of no use any more, but may be alive. */
  | { readonly type: "broken"; readonly incarnation: number; readonly cause: Exclude<ShutdownCause, "drain"> }
  /** It answers no ping; told once for each time. */
  | {
      readonly type: "unresponsive";
      readonly incarnation: number;
      readonly silence: Silence;
      readonly onHang: OnHang;
    }
  /** It was unresponsive, and answers again. */
  | { readonly type: "recovered"; readonly incarnation: number }
  /** What its plugin needs is known. */
  | { readonly type: "capabilities"; readonly incarnation: number; readonly report: CapabilityReport }
  /** It goes on with a call that was cancelled. */
  | ({ readonly type: "cancel-ignored"; readonly incarnation: number; readonly onIgnored: OnIgnored } & IgnoredCancel)
  /** It cannot be asked to shut down. */
  | { readonly type: "shutdown-refused"; readonly incarnation: number }
  /** It is gone, or never came to be. Told once. */
  | { readonly type: "exited"; readonly incarnation: number; readonly exit: WorkerExit };

/** What happens to a worker: requests of its users, its timer, its process. */
export type LifecycleEvent =
  | { readonly type: "start" | "stop" }
  /** `isRedefined`: the process that is there, or to come, was given other options. */
  | { readonly type: "restart"; readonly isRedefined: boolean }
  /** The host closes: stop, and refuse what comes later. */
  | { readonly type: "close" }
  | { readonly type: "timer"; readonly serial: number }
  | ProcessEvent;

/** Why an operation was not carried out. */
export type Refusal = "closing" | "stopping" | "stopped" | "still-alive" | "start-failed";

/** Why a worker was given up. */
export type FailedWhy = Extract<RestartDecision, { kind: "give-up" }>["why"] | "still-alive";

/** What is to be done, in order. Operations are promises that all callers of an operation share. */
export type Effect =
  | { readonly type: "launch" | "handshake"; readonly incarnation: number }
  | { readonly type: "shutdown"; readonly incarnation: number; readonly withinMs: number }
  | { readonly type: "signal"; readonly incarnation: number; readonly signal: "SIGTERM" | "SIGKILL" }
  /** Names the reason of an exit that is about to be forced. */
  | { readonly type: "blame"; readonly incarnation: number; readonly cause: HostCause }
  /** Fails its calls, and lets go of everything it had. */
  | { readonly type: "bury"; readonly incarnation: number; readonly exit: WorkerExit }
  /** Replaces the timer armed before. */
  | { readonly type: "arm"; readonly timer: TimerName; readonly afterMs: number; readonly serial: number }
  /** Takes a place among the restarts of the host; the turn is told as the timer of this serial. */
  | { readonly type: "queue"; readonly serial: number }
  /** Cancels the timer, and gives up the place. */
  | { readonly type: "disarm" }
  | { readonly type: "settle"; readonly operation: "start" | "stop" }
  | {
      readonly type: "refuse";
      readonly operation: "start" | "stop";
      readonly why: Refusal;
      readonly exit?: WorkerExit;
    }
  | { readonly type: "emit"; readonly notice: Notice };

/** What listeners are told. */
export type Notice =
  | { readonly event: "status"; readonly status: WorkerStatus; readonly previous: WorkerStatus }
  | { readonly event: "ready"; readonly restarted: boolean }
  | { readonly event: "exit"; readonly exit: WorkerExit }
  | { readonly event: "crash"; readonly exit: WorkerExit; readonly restartInMs: number | undefined }
  | {
      readonly event: "unresponsive";
      readonly silence: Silence;
      readonly onHang: OnHang;
      readonly willRestart: boolean;
    }
  | { readonly event: "recovered" }
  | { readonly event: "capabilities"; readonly report: CapabilityReport }
  | ({ readonly event: "cancel-ignored"; readonly isDrained: boolean } & IgnoredCancel)
  | { readonly event: "failed"; readonly why: FailedWhy; readonly exit?: WorkerExit };
