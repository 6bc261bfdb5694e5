export { areCallsTold, tellNotification, tellRequest, tellStream, traceFor } from "./tracing/made-calls.js";
export { type ServingFacts, toldServing } from "./tracing/served-calls.js";
export { currentTrace, iterateBy, iterateInTrace, runInTrace } from "./tracing/trace-storage.js";
export { tracedCalls, type WorkerCalls } from "./tracing/traced-calls.js";
