import { ErrorCode, RpcError } from "@outrigger/protocol";
import type { Refusal, WorkerExit, WorkerStatus } from "./state-types.js";

/** The error of a start, restart or stop that was not carried out. */
export function operationError(
  refusal: { readonly operation: "start" | "stop"; readonly why: Refusal; readonly exit?: WorkerExit },
  worker: { readonly id: string; readonly status: WorkerStatus; readonly pid: number | undefined },
): RpcError {
  const { id, status, pid } = worker;
  const data = { workerId: id, operation: refusal.operation, status };
  switch (refusal.why) {
    case "closing":
      return new RpcError(
        ErrorCode.SHUTTING_DOWN,
        `worker ${id}: the host is closing or has removed it, and starts it no more; start it in a new host, or anew by its id`,
        {
          data,
        },
      );
    case "stopping":
      return new RpcError(
        ErrorCode.WORKER_UNAVAILABLE,
        `worker ${id} is being stopped; await its stop, then start it`,
        { data },
      );
    case "stopped":
      return new RpcError(ErrorCode.CANCELLED, `worker ${id}: its start was cancelled by a stop`, { data });
    case "still-alive":
      return new RpcError(
        ErrorCode.WORKER_UNAVAILABLE,
        `worker ${id}: its process ${pid ?? "(not launched yet)"} outlived SIGKILL; nothing starts beside it. Find out what holds it (a hung disk or launcher), then stop it again`,
        { data: { ...data, pid } },
      );
    case "start-failed":
      return new RpcError(ErrorCode.WORKER_UNAVAILABLE, refusal.exit?.message ?? `worker ${id} failed to start`, {
        data: { ...data, reason: refusal.exit?.reason.reason, willRestart: status === "backoff" },
      });
  }
}
