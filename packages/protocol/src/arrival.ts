import type { CallMeter } from "./call-meter.js";
import type { Method } from "./contract.js";
import type { MessageMeta } from "./messages.js";

/** What is known of a call when it comes. */
export interface Arrival {
  /** Of the message that brought it. */
  readonly bytes: number;
  /** ms on this end's clock; 0 when nobody measures. */
  readonly receivedAt: number;
  /** When its caller stops waiting, ms on this end's clock; `undefined` when it has none. */
  readonly deadline: number | undefined;
}

/** What it takes to tell. */
export interface ArrivalContext {
  /** When the message that is being read came, ms on the clock, which is read once for all that came together. */
  readonly arrivedAt: () => number;
  /** The deadline of a request that tells none, ms. */
  readonly impliedDeadlineMs: () => number | undefined;
  /** Whoever measures. */
  readonly meter: CallMeter | undefined;
}

/** The clock is read where somebody asks for the time. */
export function arrivalOf(
  definition: Method,
  meta: MessageMeta | undefined,
  bytes: number,
  { arrivedAt, impliedDeadlineMs, meter }: ArrivalContext,
): Arrival {
  const told: unknown = meta?.deadlineMs;
  const isTold = typeof told === "number" && told >= 0;
  const withinMs = isTold ? told : definition.kind === "request" ? impliedDeadlineMs() : undefined;
  const receivedAt = withinMs !== undefined || meter !== undefined ? arrivedAt() : 0;
  return { bytes, receivedAt, deadline: withinMs === undefined ? undefined : receivedAt + withinMs };
}
