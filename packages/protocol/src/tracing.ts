export { checkHealthOptions, HOST_CALLS, PLUGIN_CALLS } from "./tracing/call-checks.js";
export { inCall, inCallAlone, iterateIn, type RunInCall } from "./tracing/call-storage.js";
export { checkedCalls } from "./tracing/checked-calls.js";
export {
  CallContext,
  type ContextSource,
  type HandlerContext,
  type HostHandlers,
  type ScopedHandlerContext,
  type ShownCall,
} from "./tracing/handler-context.js";
export { createHandlerRunner, type UntypedHandler } from "./tracing/handler-runner.js";
export { areCallsTold, tellNotification, tellRequest, tellStream, traceFor } from "./tracing/made-calls.js";
export { nestedCalls } from "./tracing/nested-calls.js";
export { type ServingFacts, toldServing } from "./tracing/served-calls.js";
export { outsideServed, type ServedCall } from "./tracing/served-storage.js";
export { tracedCalls, type WorkerCalls } from "./tracing/traced-calls.js";
