import {
  type CallMessage,
  ErrorCode,
  type MessageMeta,
  type Method,
  type PeerCallOptions,
  type Remote,
  RpcError,
  type TraceOptions,
} from "@outrigger/protocol";
import { rejected } from "@outrigger/protocol/outcomes";
import { areCallsTold, tellNotification, tellRequest, tellStream, traceFor } from "@outrigger/protocol/tracing";
import { currentCall } from "./invocation.js";
import type { RunningCall, Session } from "./session-types.js";

/**
 * The host as a caller sees it. This is the one place that types the untyped peer: the contract's schemas check at run
 * time what the types say here.
 *
 * @param owner the call whose context this is; without one, calls belong to whatever call the running code is in.
 */
export function createRemote(session: Session, owner?: RunningCall): Remote<never> {
  const remote = {
    request(method: string, params: unknown, options?: Options): Promise<unknown> {
      const caller = callerOf(owner);
      if (!areCallsTold()) return request(session, caller, method, params, options);
      const message = messageOf(session, caller, { method, params, options });
      return tellRequest(message, options, (own) => request(session, caller, method, params, own));
    },
    notify(method: string, params: unknown, options?: Options): boolean {
      const caller = callerOf(owner);
      if (!areCallsTold()) return session.peer.notify(method, params, metaFor(caller, options));
      const message = messageOf(session, caller, { method, params, options });
      return tellNotification(message, options, (own) => session.peer.notify(method, params, metaFor(caller, own)));
    },
    stream(method: string, params: unknown, options?: Options): AsyncIterableIterator<unknown> {
      const caller = callerOf(owner);
      if (!areCallsTold()) return stream(session, caller, method, params, options);
      const message = messageOf(session, caller, { method, params, options });
      return tellStream(message, options, (own) => stream(session, caller, method, params, own));
    },
  };
  return Object.freeze(remote) as unknown as Remote<never>;
}

type Options = PeerCallOptions & TraceOptions;
type Caller = RunningCall | undefined;

function request(session: Session, caller: Caller, method: string, params: unknown, options: Options | undefined) {
  const { peer } = session;
  if (caller === undefined) return peer.request(method, params, unowned(options));
  const budget = budgetOf(session, caller, method, options);
  return budget instanceof RpcError ? rejected(budget) : peer.request(method, params, inherit(caller, options, budget));
}

function stream(session: Session, caller: Caller, method: string, params: unknown, options: Options | undefined) {
  const { peer } = session;
  if (caller === undefined) return peer.stream(method, params, unowned(options));
  const budget = budgetOf(session, caller, method, options);
  if (!(budget instanceof RpcError)) return peer.stream(method, params, inherit(caller, options, budget));
  // An aborted signal makes the peer fail the reader before anything is sent.
  return peer.stream(method, params, { signal: AbortSignal.abort(budget), onSettled: options?.onSettled });
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

function definitionOf({ plugin }: Session, method: string): Method | undefined {
  const { workerToHost } = plugin.contract;
  return Object.hasOwn(workerToHost, method) ? workerToHost[method] : undefined;
}

function defaultTimeout(session: Session, method: string): number | undefined {
  const definition = definitionOf(session, method);
  if (definition === undefined || definition.kind === "notification") return undefined;
  return definition.timeoutMs ?? (definition.kind === "request" ? session.peer.limits.callTimeoutMs : undefined);
}

function inherit(caller: RunningCall, options: Options | undefined, timeoutMs: number | undefined) {
  return { ...options, timeoutMs, signal: options?.signal ?? caller.signal, meta: metaFor(caller, options) };
}

/** The options of a call that is made for none. */
function unowned(options: Options | undefined): Options | undefined {
  const trace = traceFor(options, undefined);
  return trace === undefined ? options : { ...options, meta: trace };
}

/** A trace chosen for the call takes the place of the caller's. */
function metaFor(caller: Caller, options: Options | undefined): MessageMeta | undefined {
  const trace = traceFor(options, undefined);
  if (trace === undefined) return caller?.meta;
  const invocationId = caller?.invocationId;
  return invocationId === undefined ? trace : { invocationId, ...trace };
}

interface AskedCall {
  readonly method: string;
  readonly params: unknown;
  readonly options: Options | undefined;
}

/** What is told of a call. A context's own trace goes before that of the code it is used in. */
function messageOf(session: Session, caller: Caller, { method, params, options }: AskedCall): CallMessage {
  const trace = traceFor(options, caller?.trace);
  const { plugin, workerId } = session;
  return {
    ...{ contract: plugin.contract.name, workerId, side: "worker", method, params },
    ...{ kind: definitionOf(session, method)?.kind, traceparent: trace?.traceparent, tracestate: trace?.tracestate },
    isTraceChosen: trace !== undefined && (trace !== caller?.trace || caller !== currentCall()),
  };
}
