import { ErrorCode, RpcError } from "@outrigger/protocol";
import type { WorkerExit, WorkerStatus } from "./state-types.js";

const ADVICE: Readonly<Record<WorkerStatus, string>> = {
  stopped: "start it first",
  starting: "await its start",
  running: "its channel just ended; call again after its restart",
  stopping: "it takes no new calls; start it again when it has stopped",
  crashed: "call again after its restart",
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
  const because = reason === undefined ? "" : ` (last crash: ${reason})`;
  return new RpcError(
    ErrorCode.WORKER_UNAVAILABLE,
    `${method}: worker ${workerId} is ${status}${because}: ${ADVICE[status]}`,
    { data: { mayHaveRun: false, workerId, status, ...(reason !== undefined && { reason }) } },
  );
}

/** The error of a call that died with its worker. */
export function diedWithWorker(workerId: string, method: string, mayHaveRun: boolean, exit: WorkerExit): RpcError {
  const { reason } = exit.reason;
  return new RpcError(ErrorCode.WORKER_UNAVAILABLE, `${method}: ${exit.message}`, {
    data: { mayHaveRun, workerId, reason, code: exit.code, signal: exit.signal },
  });
}

/** The error of a worker nobody registered. */
export function unknownWorker(workerId: string, known: readonly string[]): RpcError {
  const names = known.length === 0 ? "none" : known.slice(0, 12).join(", ");
  return new RpcError(
    ErrorCode.WORKER_UNAVAILABLE,
    `there is no worker ${JSON.stringify(workerId.slice(0, 200))}; this host has ${names}; start it with host.start(id, { entry })`,
    { data: { mayHaveRun: false, workerId } },
  );
}

/** The error of a method that the worker's plugin leaves out. */
export function notImplemented(workerId: string, method: string): RpcError {
  return new RpcError(
    ErrorCode.METHOD_NOT_IMPLEMENTED,
    `${method}: worker ${workerId} does not implement it; ask worker.implements(${JSON.stringify(method)}) first`,
    { data: { mayHaveRun: false, workerId } },
  );
}
