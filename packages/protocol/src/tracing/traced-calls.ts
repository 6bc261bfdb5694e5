import type { MethodMap } from "../contract.js";
import type { TraceOptions } from "../trace-context.js";
import type { CallMessage } from "../tracing-messages.js";
import { areCallsTold, tellNotification, tellRequest, tellStream, traceFor } from "./made-calls.js";
import { currentTrace } from "./served-storage.js";

/** The calls a host can make of a worker, untyped. */
export interface WorkerCalls<Options extends object> {
  request(method: string, params: unknown, options?: Options): Promise<unknown>;
  notify(method: string, params: unknown, options?: Options): boolean;
  stream(method: string, params: unknown, options?: Options): AsyncIterableIterator<unknown>;
}

/** The same calls, each in the trace it belongs to, and told on the tracing channel when anybody listens. */
export function tracedCalls<Options extends TraceOptions>(
  calls: WorkerCalls<Options>,
  workerId: string,
  contract: { readonly name: string; readonly hostToWorker: MethodMap },
): WorkerCalls<Options> {
  const { name, hostToWorker } = contract;

  const messageOf = (method: string, params: unknown, options: Options | undefined): CallMessage => {
    const current = currentTrace();
    const trace = traceFor(options, current);
    const kind = Object.hasOwn(hostToWorker, method) ? hostToWorker[method]?.kind : undefined;
    return {
      ...{ contract: name, workerId, side: "host", method, kind, params },
      ...{ traceparent: trace?.traceparent, tracestate: trace?.tracestate },
      isTraceChosen: trace !== undefined && trace !== current,
    };
  };

  return {
    request(method, params, options) {
      if (!areCallsTold()) return calls.request(method, params, inTrace(options));
      return tellRequest(messageOf(method, params, options), options, (own) => calls.request(method, params, own));
    },
    notify(method, params, options) {
      if (!areCallsTold()) return calls.notify(method, params, inTrace(options));
      return tellNotification(messageOf(method, params, options), options, (own) => calls.notify(method, params, own));
    },
    stream(method, params, options) {
      if (!areCallsTold()) return calls.stream(method, params, inTrace(options));
      return tellStream(messageOf(method, params, options), options, (own) => calls.stream(method, params, own));
    },
  };
}

/** A call made while a worker's call is served carries that call's trace on. */
function inTrace<Options extends TraceOptions>(options: Options | undefined): Options | undefined {
  const current = currentTrace();
  if (current === undefined || traceFor(options, current) !== current) return options;
  return { ...options, traceparent: current.traceparent, tracestate: current.tracestate } as Options;
}
