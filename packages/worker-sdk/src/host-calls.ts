import { ErrorCode, type Method, type PeerCallOptions, type Remote, RpcError } from "@outrigger/protocol";
import { currentCall } from "./invocation.js";
import type { RunningCall, Session } from "./session-types.js";

/**
 * The host as a caller sees it. This is the one place that types the untyped peer: the contract's schemas check at run
 * time what the types say here.
 *
 * @param owner the call whose context this is; without one, calls belong to whatever call the running code is in.
 */
export function createRemote(session: Session, owner?: RunningCall): Remote<never> {
  const { peer } = session;
  const remote = {
    request(method: string, params: unknown, options?: PeerCallOptions): Promise<unknown> {
      const caller = callerOf(owner);
      if (caller === undefined) return peer.request(method, params, options);
      const budget = budgetOf(session, caller, method, options);
      return budget instanceof RpcError
        ? refused(budget)
        : peer.request(method, params, inherit(caller, options, budget));
    },
    notify: (method: string, params: unknown): boolean => peer.notify(method, params, callerOf(owner)?.meta),
    stream(method: string, params: unknown, options?: PeerCallOptions): AsyncIterableIterator<unknown> {
      const caller = callerOf(owner);
      if (caller === undefined) return peer.stream(method, params, options);
      const budget = budgetOf(session, caller, method, options);
      // An aborted signal makes the peer fail the reader before anything is sent.
      if (budget instanceof RpcError) return peer.stream(method, params, { signal: AbortSignal.abort(budget) });
      return peer.stream(method, params, inherit(caller, options, budget));
    },
  };
  return Object.freeze(remote) as unknown as Remote<never>;
}

/** A context's own invocation wins over the one the code runs in: a batch flushed in another call keeps its tenant. */
function callerOf(owner: RunningCall | undefined): RunningCall | undefined {
  const current = currentCall();
  if (current === "detached") return undefined;
  return owner ?? current;
}

/** How long a call made for `caller` may take, ms; `undefined` leaves it to the peer's rules. */
function budgetOf(
  session: Session,
  caller: RunningCall,
  method: string,
  options: PeerCallOptions | undefined,
): number | undefined | RpcError {
  const left = caller.remainingMs;
  const asked = options?.timeoutMs;
  if (left === undefined) return asked;
  if (left < 1) {
    return new RpcError(ErrorCode.TIMEOUT, `${method}: the call it is made for has no time left`, {
      data: { mayHaveRun: false },
    });
  }
  const wanted = asked ?? defaultTimeout(session, method);
  // A wrong timeout is left for the peer to refuse.
  return wanted === undefined || wanted > left ? left : wanted;
}

function defaultTimeout(session: Session, method: string): number | undefined {
  const { workerToHost } = session.plugin.contract;
  const definition: Method | undefined = Object.hasOwn(workerToHost, method) ? workerToHost[method] : undefined;
  if (definition === undefined || definition.kind === "notification") return undefined;
  return definition.timeoutMs ?? (definition.kind === "request" ? session.peer.limits.callTimeoutMs : undefined);
}

function inherit(caller: RunningCall, options: PeerCallOptions | undefined, timeoutMs: number | undefined) {
  return { ...options, timeoutMs, signal: options?.signal ?? caller.signal, meta: caller.meta };
}

function refused(error: RpcError): Promise<never> {
  const promise = Promise.reject(error);
  // A rejection nobody awaits must not end the process.
  promise.catch(() => {});
  return promise;
}
