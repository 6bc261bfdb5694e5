import type { AbandonedCalls } from "./abandoned-calls.js";
import type { CallMeter } from "./call-meter.js";
import type { IdleLimit } from "./call-timeouts.js";
import type { Clock } from "./clock.js";
import type { Method } from "./contract.js";
import type { RpcError } from "./errors.js";
import type { InputSender } from "./input-sender.js";
import type { SendItemOf } from "./item-sender.js";
import type { Feature } from "./lifecycle.js";
import type { MessageMeta, NotificationMessage, RequestMessage } from "./messages.js";
import type { PeerLimits } from "./peer-limits.js";
import type { PeerReport, PeerStats } from "./peer-report.js";
import type { Deadlined } from "./pending-calls.js";
import type { StreamReader } from "./stream-reader.js";

/** Options of an untyped call through a peer. */
export interface PeerCallOptions {
  readonly signal?: AbortSignal | undefined;
  /** ms; default: the method's, else the peer's. */
  readonly timeoutMs?: number | undefined;
  /** What is left to the call it is made for, ms: it gets no more, whatever it asks. */
  readonly withinMs?: number | undefined;
  /** ms without progress or an item; default: the method's, else no limit. */
  readonly idleTimeoutMs?: number | undefined;
  readonly onProgress?: ((value: never) => void) | undefined;
  readonly meta?: MessageMeta | undefined;
  readonly window?: { readonly items?: number; readonly bytes?: number } | undefined;
  /** For methods that take input, and only those. Untouched when the call is refused before it is sent. */
  readonly input?: AsyncIterable<unknown> | Iterable<unknown> | undefined;
  /** Told the size of the call's message, bytes, when it was queued; counting costs. Must not throw. */
  readonly onSent?: ((bytes: number) => void) | undefined;
  /** Told of the answer before anything that arrived after it is looked at; the promise settles later. */
  readonly onResult?: ((result: unknown) => void) | undefined;
  /**
   * Told once, when the call is over or was refused, whether or not anybody awaits it; with its error. A stream that its
   * reader left is over without one. Must not throw.
   */
  readonly onSettled?: ((error?: unknown) => void) | undefined;
}

/** What outgoing calls need of their peer. */
export interface OutgoingCallsContext {
  readonly clock: Clock;
  /** When the message that is being read came, ms on the clock, which is read once for all that came together. */
  readonly arrivedAt: () => number;
  readonly limits: PeerLimits;
  readonly stats: PeerStats;
  readonly meter: CallMeter | undefined;
  /** Where calls are watched that were cancelled, if they are. */
  readonly abandoned: AbandonedCalls | undefined;
  /** Sends a message; returns why it could not be. */
  send(message: RequestMessage | NotificationMessage, urgent: boolean, counted?: boolean): RpcError | undefined;
  /** Bytes of the message sent last as `counted`. */
  sentBytes(): number;
  readonly sendItem: SendItemOf;
  /** Whether both ends agreed on a feature. */
  has(feature: Feature): boolean;
  report(report: PeerReport): void;
}

/** One call in flight. */
export interface OutgoingCall extends Deadlined {
  readonly method: string;
  readonly definition: Method;
  readonly startedAt: number;
  readonly timeoutMs: number | undefined;
  readonly withinMs: number | undefined;
  /** The total it ends at, beside `deadline`, which moves with what is heard of it. */
  readonly idle: IdleLimit | undefined;
  deadline: number;
  readonly onProgress: ((value: never) => void) | undefined;
  readonly onResult: ((result: unknown) => void) | undefined;
  readonly onSettled: ((error?: unknown) => void) | undefined;
  readonly reader: StreamReader | undefined;
  readonly succeed: (result: unknown) => void;
  readonly fail: (error: RpcError) => void;
  /** Once it was sent. */
  signal: AbortSignal | undefined;
  input: InputSender | undefined;
}
