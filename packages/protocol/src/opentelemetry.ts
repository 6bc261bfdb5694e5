import { subscribe as listen, tracingChannel, unsubscribe } from "node:diagnostics_channel";
import { context, diag, ROOT_CONTEXT, type Span, SpanKind, type TracerProvider, trace } from "@opentelemetry/api";
import { attributesOf, fail, parentIn, passOn } from "./opentelemetry/span-facts.js";
import {
  CALL_CHANNEL,
  type CallMessage,
  DETACH_CHANNEL,
  type DetachMessage,
  SERVE_CHANNEL,
  type ServeMessage,
} from "./tracing-messages.js";

/** How calls become spans; everything has a default. */
export interface InstrumentOptions {
  /** Default: the provider registered with OpenTelemetry. */
  readonly tracerProvider?: TracerProvider | undefined;
}

let users = 0;
let stop = (): void => {};

/**
 * Makes spans of Outrigger's calls, as the semantic conventions for JSON-RPC have them: a client span for each call this
 * process makes, a server span for each it serves, parent and child across the processes. The handler runs in the context
 * of its span. Call it in the host and in each worker, after the OpenTelemetry SDK was started.
 * See docs/tracing.md in the repository.
 *
 * A process is instrumented once: later calls share what the first one set up.
 * @returns undoes it; the last of several does. Calls in flight still end their spans.
 */
export function instrument(options: InstrumentOptions = {}): () => void {
  if (users++ === 0) stop = subscribe(options);
  let isUsed = true;
  return () => {
    if (!isUsed) return;
    isUsed = false;
    if (--users === 0) stop();
  };
}

function subscribe({ tracerProvider }: InstrumentOptions): () => void {
  const tracer = (tracerProvider ?? trace).getTracer("outrigger");
  const spans = new WeakMap<object, Span>();

  const onCall = (call: CallMessage): void => {
    const active = context.active();
    // A trace chosen for this call goes first, then the active span, then the trace that came with the call being served.
    const parent = call.isTraceChosen || trace.getSpan(active) === undefined ? parentIn(active, call) : active;
    const span = tracer.startSpan(nameOf(call), { kind: SpanKind.CLIENT, attributes: attributesOf(call) }, parent);
    spans.set(call, span);
    passOn(span, call);
  };

  const onServe = (call: ServeMessage): void => {
    // Not the active context: what runs on behalf of a pipe may be in that of whoever started the process.
    const parent = parentIn(ROOT_CONTEXT, call);
    const span = tracer.startSpan(nameOf(call), { kind: SpanKind.SERVER, attributes: attributesOf(call) }, parent);
    spans.set(call, span);
    passOn(span, call);
    const { run } = call;
    const own = trace.setSpan(parent, span);
    call.run = (handler) => context.with(own, () => (run === undefined ? handler() : run(handler)));
  };

  /** Else the span of the call, or one in it, would be the parent of what the work calls. */
  const onDetach = (detaching: DetachMessage): void => {
    detaching.run = (work) => context.with(ROOT_CONTEXT, work);
  };

  const onEnd = (call: CallMessage | ServeMessage): void => {
    const span = spans.get(call);
    if (span === undefined) return;
    if (call.error !== undefined) fail(span, call);
    span.end();
    spans.delete(call);
  };

  const calls = tracingChannel<unknown, CallMessage>(CALL_CHANNEL);
  const served = tracingChannel<unknown, ServeMessage>(SERVE_CHANNEL);
  const [start, serve, end] = [guarded(onCall), guarded(onServe), guarded(onEnd)];
  const detach = guarded(onDetach);
  listen(DETACH_CHANNEL, detach);
  calls.start.subscribe(start);
  served.start.subscribe(serve);
  for (const { asyncEnd } of [calls, served]) asyncEnd.subscribe(end);
  return () => {
    unsubscribe(DETACH_CHANNEL, detach);
    calls.start.unsubscribe(start);
    served.start.unsubscribe(serve);
    for (const { asyncEnd } of [calls, served]) asyncEnd.unsubscribe(end);
  };
}

const nameOf = ({ contract, method }: CallMessage | ServeMessage): string => `${contract}/${method}`;

/** What a subscriber throws ends the process: Node's rule. */
function guarded<Message>(subscriber: (message: Message) => void): (message: unknown) => void {
  return (message) => {
    try {
      subscriber(message as Message);
    } catch (error) {
      diag.error("outrigger: a call was not traced", error);
    }
  };
}
