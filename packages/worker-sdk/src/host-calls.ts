import type { CallMessage, MessageMeta, Method, PeerCallOptions, Remote, TraceOptions } from "@outrigger/protocol";
import {
  areCallsTold,
  checkedCalls,
  PLUGIN_CALLS,
  tellNotification,
  tellRequest,
  tellStream,
  traceFor,
  type WorkerCalls,
} from "@outrigger/protocol/tracing";
import { currentCall } from "./invocation.js";
import type { RunningCall, Session } from "./session-types.js";

/**
 * The host as a caller sees it. This is the one place that types the untyped peer: the contract's schemas check at run
 * time what the types say here.
 *
 * @param owner the call whose context this is; without one, calls belong to whatever call the running code is in.
 */
export function createRemote(session: Session, owner?: RunningCall): Remote<never> {
  const calls: WorkerCalls<Options> = {
    request(method, params, options) {
      const caller = callerOf(owner);
      if (!areCallsTold()) return request(session, caller, method, params, options);
      const message = messageOf(session, caller, { method, params, options });
      return tellRequest(message, options, (own) => request(session, caller, method, params, own));
    },
    notify(method, params, options) {
      const caller = callerOf(owner);
      if (!areCallsTold()) return session.peer().notify(method, params, metaFor(caller, options));
      const message = messageOf(session, caller, { method, params, options });
      return tellNotification(message, options, (own) => session.peer().notify(method, params, metaFor(caller, own)));
    },
    stream(method, params, options) {
      const caller = callerOf(owner);
      if (!areCallsTold()) return stream(session, caller, method, params, options);
      const message = messageOf(session, caller, { method, params, options });
      return tellStream(message, options, (own) => stream(session, caller, method, params, own));
    },
  };
  const remote = checkedCalls(PLUGIN_CALLS, calls, (message) => session.log.warn(message));
  return Object.freeze(remote) as unknown as Remote<never>;
}

type Options = PeerCallOptions & TraceOptions;
type Caller = RunningCall | undefined;

function request(session: Session, caller: Caller, method: string, params: unknown, options: Options | undefined) {
  return session.peer().request(method, params, caller === undefined ? unowned(options) : inherit(caller, options));
}

function stream(session: Session, caller: Caller, method: string, params: unknown, options: Options | undefined) {
  return session.peer().stream(method, params, caller === undefined ? unowned(options) : inherit(caller, options));
}

/** A context's own invocation wins over the one the code runs in: a batch flushed in another call keeps its tenant. */
function callerOf(owner: RunningCall | undefined): RunningCall | undefined {
  const current = currentCall();
  if (current === "detached") return undefined;
  return owner ?? current;
}

function definitionOf({ plugin }: Session, method: string): Method | undefined {
  const { workerToHost } = plugin.contract;
  return Object.hasOwn(workerToHost, method) ? workerToHost[method] : undefined;
}

/** A call made for another gets what is left of that one's time, never more. */
function inherit(caller: RunningCall, options: Options | undefined): PeerCallOptions {
  const signal = options?.signal ?? caller.signal;
  return { ...options, signal, withinMs: caller.remainingMs, meta: metaFor(caller, options) };
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
  const contract = session.plugin.contract.name;
  return {
    ...{ contract, workerId: session.workerId(), side: "worker", method, params },
    ...{ kind: definitionOf(session, method)?.kind, traceparent: trace?.traceparent, tracestate: trace?.tracestate },
    isTraceChosen: trace !== undefined && (trace !== caller?.trace || caller !== currentCall()),
  };
}
