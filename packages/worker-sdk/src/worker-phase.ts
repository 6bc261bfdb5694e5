import { ErrorCode, RpcError } from "@outrigger/protocol";

/**
 * `new`: nothing but the handshake is served. `greeted`: the handshake is done. `setting-up`: the setup hook runs, or has
 * failed. `ready`: calls are served. `stopping`: calls are not served any more; the peer itself refuses them while it drains.
 */
export type WorkerPhase = "new" | "greeted" | "setting-up" | "ready" | "stopping";

/**
 * Why a call is refused in a phase; `undefined` when it is not.
 * @param waits whether calls that come before setup is done wait for it, because the host does not know of setup
 */
export function refusalIn(phase: WorkerPhase, method: string, waits: boolean): RpcError | undefined {
  if (method.startsWith("$/")) return undefined;
  if (method === "initialize") return phase === "new" ? undefined : wrongOrder(method, "it was served already");
  if (phase === "new") return notInitialized(method, "send initialize first, and wait for its answer");
  if (phase === "stopping") return new RpcError(ErrorCode.SHUTTING_DOWN, `${method}: the worker is shutting down`);
  if (method === "initialized") return phase === "greeted" ? undefined : wrongOrder(method, "setup has run already");
  if (method === "health" || method === "shutdown" || phase === "ready" || waits) return undefined;
  return notInitialized(method, "setup has not succeeded; send initialized, and wait for its answer");
}

function wrongOrder(method: string, why: string): RpcError {
  return new RpcError(ErrorCode.INVALID_REQUEST, `${method}: ${why}; start a new worker instead`);
}

function notInitialized(method: string, why: string): RpcError {
  return new RpcError(ErrorCode.NOT_INITIALIZED, `${method}: ${why}`);
}
