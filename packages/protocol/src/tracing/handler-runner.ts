import type { CallOrigin } from "../authority/call-origin.js";
import { isChannelMethod } from "../authority/push-channels.js";
import { ErrorCode, RpcError } from "../errors.js";
import type { IncomingCall } from "../incoming-call.js";
import { CallContext, type ContextSource, type HandlerContext } from "./handler-context.js";
import { iterateServed, runServed, servedAlone, servingNone } from "./served-storage.js";

/** A handler of a host, untyped: who calls it has been through the contract. */
export type UntypedHandler = (params: unknown, context: HandlerContext) => unknown;

/**
 * Runs the handlers of a host for one process: each in the call it serves, so that the calls it makes belong to that.
 * What the hub of channels has been told needs no handler.
 */
export function createHandlerRunner(source: ContextSource) {
  const runAlone = servedAlone();
  const runInNone = servingNone();
  /** @throws RpcError METHOD_NOT_IMPLEMENTED where there is no handler; what the handler throws */
  return (call: IncomingCall, origin: CallOrigin, handler: UntypedHandler | undefined): unknown => {
    const { method, definition } = call;
    if (handler === undefined) {
      if (definition.kind === "notification" && isChannelMethod(method)) return undefined;
      throw new RpcError(ErrorCode.METHOD_NOT_IMPLEMENTED, `${method}: this host does not implement it`);
    }
    const context = new CallContext(call, origin, source);
    // A call that is told runs in what a tracing system has set up for it.
    const run = call.onFinished !== undefined ? runServed : handsOn(call) ? runAlone : runInNone;
    const outcome = run(context, handler, call.params);
    return definition.kind === "stream" ? iterateServed(context, outcome) : outcome;
  };
}

/** Whether calls made meanwhile take anything over from it: those of an event seldom do. */
const handsOn = ({ id, trace, deadline }: IncomingCall): boolean =>
  id !== undefined || trace !== undefined || deadline !== undefined;
