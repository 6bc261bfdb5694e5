import {
  ErrorCode,
  type IncomingCall,
  type LogParams,
  type MessageMeta,
  type Method,
  type MethodMap,
  RpcError,
  type Serving,
} from "@outrigger/protocol";
import {
  authorizeCall,
  type Invocations,
  type PushChannels,
  type ResolvedInvocation,
} from "@outrigger/protocol/authority";
import { CallContext, type ContextSource, type HandlerContext } from "./handler-context.js";
import type { LogBridge } from "./log-bridge.js";

/** The handlers of a host, untyped: who calls them has been through the contract. */
export type UntypedHandlers = Readonly<
  Record<string, ((params: unknown, context: HandlerContext) => unknown) | undefined>
>;

/** What serving one process needs. */
export interface ServingSource extends ContextSource {
  readonly methods: MethodMap;
  readonly handlers: UntypedHandlers;
  readonly invocations: Invocations<unknown>;
  readonly channels: PushChannels;
  readonly logs: LogBridge;
  now(): number;
  /** Whether the worker has answered `initialize` well. */
  isInitialized(): boolean;
}

/** How a host answers one process: who may call what, in which scope, and the handler that runs. */
export function hostServing(source: ServingSource): Serving {
  const resolve = (meta: MessageMeta | undefined): ResolvedInvocation<unknown> | "none" =>
    meta?.invocationId === undefined ? "none" : source.invocations.resolve(meta.invocationId, source.now());

  const authorize = (method: string, definition: Method, meta: MessageMeta | undefined): void => {
    if (method.startsWith("$/")) return;
    if (!source.isInitialized()) {
      throw new RpcError(ErrorCode.NOT_INITIALIZED, `${method}: answer initialize first, then call the host`);
    }
    authorizeCall(method, definition, source.capabilities, () => resolve(meta));
  };

  const handle = (call: IncomingCall): unknown => {
    const { method, params } = call;
    if (method === "$/log") {
      source.logs.log(params as LogParams);
      return undefined;
    }
    const resolved = resolve(call.meta);
    const scope = typeof resolved === "string" ? undefined : resolved.scope;
    if (!source.channels.admit(method, params, scope)) return undefined;
    const handler = Object.hasOwn(source.handlers, method) ? source.handlers[method] : undefined;
    if (handler === undefined) {
      throw new RpcError(ErrorCode.METHOD_NOT_IMPLEMENTED, `${method}: this host does not implement it`);
    }
    return handler(params, new CallContext(call, scope, source));
  };

  return { methods: source.methods, authorize, handle, handlerErrorCode: ErrorCode.INTERNAL_ERROR };
}
