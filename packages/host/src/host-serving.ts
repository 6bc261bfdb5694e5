import {
  ErrorCode,
  type IncomingCall,
  type LogParams,
  type MethodMap,
  RpcError,
  type Serving,
} from "@outrigger/protocol";
import { type CallGateSource, createCallGate, isChannelMethod } from "@outrigger/protocol/authority";
import {
  CallContext,
  type ContextSource,
  type HandlerContext,
  iterateServed,
  runServed,
  toldServing,
} from "@outrigger/protocol/tracing";
import type { LogBridge } from "./log-bridge.js";

/** The handlers of a host, untyped: who calls them has been through the contract. */
export type UntypedHandlers = Readonly<
  Record<string, ((params: unknown, context: HandlerContext) => unknown) | undefined>
>;

/** What serving one process needs. */
export interface ServingSource extends ContextSource, CallGateSource {
  /** The name of the contract. */
  readonly contract: string;
  readonly methods: MethodMap;
  readonly handlers: UntypedHandlers;
  readonly logs: LogBridge;
}

/** How a host answers one process: who may call what, in which scope, and the handler that runs. */
export function hostServing(source: ServingSource): Serving {
  const gate = createCallGate(source);

  const handle = (call: IncomingCall): unknown => {
    const { method, params } = call;
    if (method === "$/log") {
      source.logs.log(params as LogParams);
      return undefined;
    }
    const origin = gate.admit(call);
    if (origin === undefined) return undefined;
    const handler = Object.hasOwn(source.handlers, method) ? source.handlers[method] : undefined;
    if (handler === undefined) {
      if (call.definition.kind === "notification" && isChannelMethod(method)) return undefined;
      throw new RpcError(ErrorCode.METHOD_NOT_IMPLEMENTED, `${method}: this host does not implement it`);
    }
    const context = new CallContext(call, origin, source);
    const outcome = runServed(context, handler, params, context);
    return call.definition.kind === "stream" ? iterateServed(context, outcome) : outcome;
  };

  const { methods, workerId, contract } = source;
  const serving = { methods, authorize: gate.authorize, handle, handlerErrorCode: ErrorCode.INTERNAL_ERROR };
  return toldServing(serving, () => ({ contract, workerId, side: "host" }));
}
