import type { CapabilityReport } from "@outrigger/protocol/authority";
import type { ExitReason, ExitReasonName } from "./exit-reason.js";
import type { OnHang } from "./liveness-state.js";
import type { FailedWhy, IgnoredCancel, Silence, WorkerStatus } from "./state-types.js";

interface OfWorker {
  readonly workerId: string;
}

/** The status of a worker changed. */
export interface StatusEvent extends OfWorker {
  readonly status: WorkerStatus;
  readonly previous: WorkerStatus;
}

/** A worker serves. */
export interface ReadyEvent extends OfWorker {
  readonly pid: number | undefined;
  /** Counts the worker's processes, from 1. */
  readonly incarnation: number;
}

/** A worker's process is gone. */
export interface ExitEvent extends OfWorker {
  /** Which of the worker's processes it was, from 1. */
  readonly incarnation: number;
  readonly code: number | null;
  readonly signal: string | null;
  readonly reason: ExitReasonName;
  /** The reason with its particulars. */
  readonly details: ExitReason;
  /** A sentence: what happened, what to do, and the end of the worker's stderr. */
  readonly message: string;
}

/** A worker's process ended unasked, or its start failed. */
export interface CrashEvent extends ExitEvent {
  readonly willRestart: boolean;
  /** ms; `undefined` when it will not restart. */
  readonly restartInMs: number | undefined;
  /** Crashes in a row, without a stable uptime between them. */
  readonly consecutiveCrashes: number;
}

/** A worker answers no ping: its main thread stands still, or its process is stopped. */
export interface UnresponsiveEvent extends OfWorker, Silence {
  readonly incarnation: number;
  /** What the option `liveness.onHang` says: `"restart"`: its process is killed now. */
  readonly onHang: OnHang;
  /** The restart policy will start it again; `crash` tells when. */
  readonly willRestart: boolean;
}

/** A worker that was unresponsive answers again. */
export interface RecoveredEvent extends OfWorker {
  readonly incarnation: number;
}

/**
 * The capabilities a worker's plugin needs are not all granted, or are others than its process before needed: for a product to
 * ask its operator. Told after `initialize` was answered, before `ready`.
 */
export interface CapabilitiesEvent extends OfWorker, CapabilityReport {
  readonly incarnation: number;
}

/** A worker goes on with a call that was cancelled, or timed out, longer than `cancel.graceMs`; told once a call. */
export interface CancelIgnoredEvent extends OfWorker, IgnoredCancel {
  readonly incarnation: number;
  /** What `cancel.onIgnored` says: `true`: it takes no new calls, and is restarted when it has drained. */
  readonly isDrained: boolean;
}

/** A worker was given up: it stays down until `start`. */
export interface FailedEvent extends OfWorker {
  readonly why: FailedWhy;
  readonly message: string;
}

/** Something of the host's own program failed: a listener. Nothing else changed. */
export interface ErrorEvent extends OfWorker {
  readonly error: unknown;
  /** What failed, e.g. `listener of "crash"`. */
  readonly during: string;
}

/** What happens to a worker. On the host: to any of its workers. */
export interface WorkerEvents {
  status: StatusEvent;
  ready: ReadyEvent;
  exit: ExitEvent;
  crash: CrashEvent;
  /** It serves again, after a crash. */
  restarted: ReadyEvent;
  unresponsive: UnresponsiveEvent;
  /** It answers again, and was not killed (`liveness: { onHang: "report" }`). */
  recovered: RecoveredEvent;
  capabilities: CapabilitiesEvent;
  "cancel-ignored": CancelIgnoredEvent;
  failed: FailedEvent;
  error: ErrorEvent;
}

/** Their names. */
export const WORKER_EVENTS: Readonly<Record<keyof WorkerEvents, true>> = {
  ...{ status: true, ready: true, exit: true, crash: true, restarted: true, failed: true, error: true },
  ...{ unresponsive: true, recovered: true, capabilities: true, "cancel-ignored": true },
};
