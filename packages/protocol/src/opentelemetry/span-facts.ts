import {
  type Attributes,
  type Context,
  createTraceState,
  isSpanContextValid,
  type Span,
  SpanStatusCode,
  trace,
} from "@opentelemetry/api";
import { ErrorCode, isRpcError, toWireError } from "../errors.js";
import type { CallMessage, ServeMessage } from "../tracing-messages.js";

type Message = CallMessage | ServeMessage;

/** What is known when a span starts. Names: https://opentelemetry.io/docs/specs/semconv/rpc/json-rpc/ */
export function attributesOf({ contract, method, workerId }: Message): Attributes {
  return {
    "rpc.system.name": "jsonrpc",
    "rpc.method": `${contract}/${method}`,
    "jsonrpc.protocol.version": "2.0",
    ...(workerId !== undefined && { "outrigger.worker.id": workerId }),
  };
}

/** The context with the trace of the message for a parent, if it has one. */
export function parentIn(context: Context, { traceparent, tracestate }: Message): Context {
  if (traceparent === undefined) return context;
  const [, traceId = "", spanId = "", flags = ""] = traceparent.split("-");
  const traceState = tracestate === undefined ? undefined : createTraceState(tracestate);
  const traceFlags = Number.parseInt(flags, 16);
  const parent = { traceId, spanId, traceFlags, isRemote: true };
  return trace.setSpanContext(context, traceState === undefined ? parent : { ...parent, traceState });
}

/** Has the call carry the span, as W3C Trace Context: whatever propagator is registered, it is what the wire has. */
export function passOn(span: Span, message: Message): void {
  const own = span.spanContext();
  if (!isSpanContextValid(own)) return;
  const flags = own.traceFlags.toString(16).padStart(2, "0");
  message.traceparent = `00-${own.traceId}-${own.spanId}-${flags}`;
  message.tracestate = own.traceState?.serialize() || undefined;
}

/** Tells a span what its call failed with. */
export function fail(span: Span, { error, side }: Message): void {
  const { code, message } = toWireError(error, side === "host" ? ErrorCode.INTERNAL_ERROR : ErrorCode.WORKER_ERROR);
  span.setAttributes({ "rpc.response.status_code": `${code}`, "error.type": `${code}` });
  span.setStatus({ code: SpanStatusCode.ERROR, message });
  // What a handler threw without a code is a fault of its own: its stack helps.
  if (error instanceof Error && !isRpcError(error)) span.recordException(error);
}
