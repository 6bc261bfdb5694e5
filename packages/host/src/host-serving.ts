import { ErrorCode, type IncomingCall, type LogParams, type MethodMap, type Serving } from "@outrigger/protocol";
import { type CallGateSource, createCallGate } from "@outrigger/protocol/authority";
import { type ContextSource, createHandlerRunner, toldServing, type UntypedHandler } from "@outrigger/protocol/tracing";
import type { LogBridge } from "./log-bridge.js";

/** The handlers of a host, untyped: who calls them has been through the contract. */
export type UntypedHandlers = Readonly<Record<string, UntypedHandler | undefined>>;

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
  const run = createHandlerRunner(source);

  const handle = (call: IncomingCall): unknown => {
    const { method, params } = call;
    if (method === "$/log") {
      source.logs.log(params as LogParams);
      return undefined;
    }
    const origin = gate.admit(call);
    if (origin === undefined) return undefined;
    return run(call, origin, Object.hasOwn(source.handlers, method) ? source.handlers[method] : undefined);
  };

  const { methods, workerId, contract } = source;
  const serving = { methods, authorize: gate.authorize, handle, handlerErrorCode: ErrorCode.INTERNAL_ERROR };
  return toldServing(serving, () => ({ contract, workerId, side: "host" }));
}
