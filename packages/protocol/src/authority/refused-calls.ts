import { ErrorCode, RpcError } from "../errors.js";
import { listed } from "./nearest-name.js";

/** The error of a call that was never sent, because the worker does not serve. */
export function notServingError(facts: {
  readonly workerId: string;
  readonly method: string;
  readonly status: string;
  /** What to do about it. */
  readonly advice: string;
  /** Of its last crash, when that is why. */
  readonly reason?: string | undefined;
}): RpcError {
  const { workerId, method, status, advice, reason } = facts;
  const because = reason === undefined ? "" : ` (last crash: ${reason})`;
  return new RpcError(ErrorCode.WORKER_UNAVAILABLE, `${method}: worker ${workerId} is ${status}${because}: ${advice}`, {
    data: { mayHaveRun: false, workerId, status, ...(reason !== undefined && { reason }) },
  });
}

/** The error of a call that died with its worker. */
export function diedWithError(facts: {
  readonly workerId: string;
  readonly method: string;
  readonly mayHaveRun: boolean;
  readonly message: string;
  readonly reason: string;
  readonly code: number | null;
  readonly signal: string | null;
}): RpcError {
  const { workerId, method, mayHaveRun, message, reason, code, signal } = facts;
  return new RpcError(ErrorCode.WORKER_UNAVAILABLE, `${method}: ${message}`, {
    data: { mayHaveRun, workerId, reason, code, signal },
  });
}

/** The error of a method that the worker's plugin leaves out. */
export function notImplementedError(workerId: string, method: string): RpcError {
  return new RpcError(
    ErrorCode.METHOD_NOT_IMPLEMENTED,
    `${method}: worker ${workerId} does not implement it; ask worker.implements(${JSON.stringify(method)}) first`,
    { data: { mayHaveRun: false, workerId } },
  );
}

/** The error of a method that the contract does not have: also of the runtime's own, which are nobody's to call. */
export function unknownMethodError(
  contract: { readonly name: string; readonly hostToWorker: object },
  method: string,
): RpcError {
  const name = JSON.stringify(method.slice(0, 100));
  const text = `the contract ${contract.name} has no method ${name} of a worker; it has ${listed(Object.keys(contract.hostToWorker))}`;
  return new RpcError(ErrorCode.METHOD_NOT_FOUND, text, { data: { mayHaveRun: false } });
}
