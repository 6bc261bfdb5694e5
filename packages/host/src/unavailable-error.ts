import { ErrorCode, RpcError } from "@outrigger/protocol";
import { diedWithError, listed, notServingError } from "@outrigger/protocol/authority";
import type { WorkerExit, WorkerStatus } from "./state-types.js";

const ADVICE: Readonly<Record<WorkerStatus, string>> = {
  stopped: "start it first",
  starting: "await its start",
  running: "its channel just ended; call again after its restart",
  stopping: "it takes no new calls; start it again when it has stopped",
  crashed: "its process is gone, or finishes its calls and is replaced; call again after its restart",
  backoff: "call again after its restart, or start it now",
  failed: "see why it failed, then start it",
};

/** The error of a call that was never sent, because the worker does not serve. */
export function notServing(
  workerId: string,
  method: string,
  status: WorkerStatus,
  lastCrash: WorkerExit | undefined,
): RpcError {
  const reason = status === "stopped" || status === "stopping" ? undefined : lastCrash?.reason.reason;
  return notServingError({ workerId, method, status, advice: ADVICE[status], reason });
}

/** The error of a call that died with its worker. */
export function diedWithWorker(workerId: string, method: string, mayHaveRun: boolean, exit: WorkerExit): RpcError {
  const { message, code, signal } = exit;
  return diedWithError({ workerId, method, mayHaveRun, message, reason: exit.reason.reason, code, signal });
}

/** The error of a worker nobody registered. */
export function unknownWorker(workerId: string, known: readonly string[]): RpcError {
  return new RpcError(
    ErrorCode.WORKER_UNAVAILABLE,
    `there is no worker ${JSON.stringify(workerId.slice(0, 200))}; this host has ${listed(known)}; start it with host.start(id, { entry })`,
    { data: { mayHaveRun: false, workerId } },
  );
}
