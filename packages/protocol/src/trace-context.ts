/** The trace a call belongs to, as W3C Trace Context writes it: https://www.w3.org/TR/trace-context/ */
export interface TraceContext {
  /** `00-<trace id>-<id of the caller's span>-<flags>` */
  readonly traceparent: string;
  /** What tracing systems add of their own: at most 512 characters. */
  readonly tracestate?: string;
}

/** The trace a call is made for: what is left out, or malformed, is that of the running code. */
export interface TraceOptions {
  /**
   * The W3C trace context the call carries, such as the `traceparent` header of the web request it is made for. Default:
   * the active OpenTelemetry span, else that of the call the running code serves. See docs/tracing.md in the repository.
   */
  readonly traceparent?: string | undefined;
  /** The `tracestate` that came with `traceparent`. */
  readonly tracestate?: string | undefined;
}

/** A version later than 00 may go on behind its flags. */
const TRACEPARENT = /^(?!ff)[0-9a-f]{2}-(?!0{32})[0-9a-f]{32}-(?!0{16})[0-9a-f]{16}-[0-9a-f]{2}(?:$|-)/;
const TRACEPARENT_CHARACTERS = 55;
/** No bound of the standard: enough for what a later version may add, and none for who sends megabytes. */
const MAX_TRACEPARENT_CHARACTERS = 256;
/** Which every system should pass on; who sends more has it dropped, as the standard allows. */
const MAX_TRACESTATE_CHARACTERS = 512;
const TRACESTATE = /^[\t\x20-\x7e]+$/;

/**
 * Checks what came from outside, a message or the header of a web request. `undefined` for what is no trace: the standard
 * says to ignore it. A version this one does not know is passed on as version 00, a `tracestate` alone is dropped.
 */
export function readTrace(traceparent: unknown, tracestate?: unknown): TraceContext | undefined {
  if (typeof traceparent !== "string" || traceparent.length > MAX_TRACEPARENT_CHARACTERS) return undefined;
  if (!TRACEPARENT.test(traceparent)) return undefined;
  const isFirst = traceparent.startsWith("00");
  if (isFirst && traceparent.length !== TRACEPARENT_CHARACTERS) return undefined;
  const parent = isFirst ? traceparent : `00${traceparent.slice(2, TRACEPARENT_CHARACTERS)}`;
  return isTracestate(tracestate) ? { traceparent: parent, tracestate } : { traceparent: parent };
}

function isTracestate(value: unknown): value is string {
  return typeof value === "string" && value.length <= MAX_TRACESTATE_CHARACTERS && TRACESTATE.test(value);
}
