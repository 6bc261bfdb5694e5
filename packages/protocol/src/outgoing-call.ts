import type { AbandonedCalls } from "./abandoned-calls.js";
import type { CallMeter } from "./call-meter.js";
import type { IdleLimit } from "./call-timeouts.js";
import type { Clock } from "./clock.js";
import { isReservedMethod, type Method } from "./contract.js";
import type { RpcError } from "./errors.js";
import { handled } from "./handled-promise.js";
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
  /** What the other end takes for the deadline of a request that tells none, ms. */
  impliedDeadlineMs(): number | undefined;
  /** Whether both ends agreed on a feature. */
  has(feature: Feature): boolean;
  report(report: PeerReport): void;
}

/** What few calls ask to be told. */
type RareOptions = Pick<PeerCallOptions, "onProgress" | "onResult" | "onSettled">;

/** One call in flight. A thousand of them must not fill the processor's cache: what can be left out is. */
export interface OutgoingCall extends Deadlined {
  id: number;
  readonly isExempt: boolean;
  readonly method: string;
  readonly definition: Method;
  readonly startedAt: number;
  readonly timeoutMs: number | undefined;
  readonly withinMs: number | undefined;
  /** The total it ends at, beside `deadline`, which moves with what is heard of it. */
  readonly idle: IdleLimit | undefined;
  deadline: number;
  readonly rare: RareOptions | undefined;
  /** A stream has it, a request the promise. */
  readonly reader: StreamReader | undefined;
  promise: Promise<unknown> | undefined;
  resolve: (result: unknown) => void;
  reject: (error: RpcError) => void;
  /** Once it was sent. */
  signal: AbortSignal | undefined;
  input: InputSender | undefined;
}

const ignore = (): void => {};

/** A call that begins `now`, ms on the clock; its id and what it is sent with come later. */
export function openCall(
  definition: Method,
  method: string,
  { onProgress, onResult, onSettled, withinMs }: PeerCallOptions,
  reader: StreamReader | undefined,
  now: number,
  timeoutMs: number | undefined,
  idleMs: number | undefined,
): OutgoingCall {
  const total = timeoutMs === undefined ? Number.POSITIVE_INFINITY : now + timeoutMs;
  const isRare = onProgress !== undefined || onResult !== undefined || onSettled !== undefined;
  const call: OutgoingCall = {
    id: 0,
    method,
    definition,
    startedAt: now,
    timeoutMs,
    withinMs,
    idle: idleMs === undefined ? undefined : { ms: idleMs, total },
    deadline: idleMs === undefined ? total : Math.min(total, now + idleMs),
    // The runtime's own few methods get through: a worker with all calls taken can still be asked to stop.
    isExempt: isReservedMethod(method),
    rare: isRare ? { onProgress, onResult, onSettled } : undefined,
    reader,
    promise: undefined,
    resolve: ignore,
    reject: ignore,
    signal: undefined,
    input: undefined,
  };
  if (reader === undefined) {
    call.promise = new Promise<unknown>((resolve, reject) => {
      call.resolve = resolve;
      call.reject = reject;
    });
  }
  return call;
}

/** Tells the caller the result; a stream has none, it ends. */
export function succeedCall(call: OutgoingCall, result: unknown): void {
  if (call.reader === undefined) call.resolve(result);
  else call.reader.end(undefined);
}

/** Tells the caller the error. */
export function failCall(call: OutgoingCall, error: RpcError): void {
  if (call.promise === undefined) {
    call.reader?.end(error);
    return;
  }
  // A rejection nobody awaits must not end the process.
  handled(call.promise);
  call.reject(error);
}
