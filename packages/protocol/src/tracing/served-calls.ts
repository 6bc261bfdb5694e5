import { AsyncLocalStorage } from "node:async_hooks";
import { tracingChannel } from "node:diagnostics_channel";
import { isReservedMethod } from "../contract.js";
import type { IncomingCall } from "../incoming-call.js";
import type { Serving } from "../incoming-calls.js";
import { readTrace } from "../trace-context.js";
import { SERVE_CHANNEL, type ServeMessage } from "../tracing-messages.js";
import { iterateBy } from "./call-storage.js";

const channel = tracingChannel<unknown, ServeMessage>(SERVE_CHANNEL);

/** Whose calls these are. */
export type ServingFacts = Pick<ServeMessage, "contract" | "workerId" | "side">;

/** Serves the same, and tells of the calls whose handlers run, when anybody listens. */
export function toldServing(serving: Serving, facts: () => ServingFacts): Serving {
  return {
    ...serving,
    handle: (call) =>
      channel.hasSubscribers && !isReservedMethod(call.method)
        ? tell(call, serving.handle, facts())
        : serving.handle(call),
  };
}

function tell(call: IncomingCall, handle: Serving["handle"], { contract, workerId, side }: ServingFacts): unknown {
  const { method, params, trace } = call;
  const message: ServeMessage = {
    ...{ contract, workerId, side, method, params, kind: call.definition.kind },
    ...{ traceparent: trace?.traceparent, tracestate: trace?.tracestate },
  };
  call.onFinished = (error) => {
    if (error !== undefined) {
      message.error = error;
      channel.error.publish(message);
    }
    channel.asyncStart.publish(message);
    channel.asyncEnd.publish(message);
  };
  const run = (): unknown => {
    const outcome = handle(call);
    return call.definition.kind === "stream" ? iterateBy(AsyncLocalStorage.snapshot(), outcome) : outcome;
  };
  return channel.start.runStores(message, () => {
    try {
      call.trace = readTrace(message.traceparent, message.tracestate);
      return message.run === undefined ? run() : message.run(run);
    } finally {
      channel.end.publish(message);
    }
  });
}
