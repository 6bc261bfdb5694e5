import type { RpcError } from "./errors.js";
import type { Id } from "./messages.js";
import { ownText } from "./own-text.js";

/** Something a peer noticed that is nobody's answer: for logs and counters. Never an exception. */
export type PeerReport =
  | { readonly kind: "invalid-message"; readonly line: string; readonly reason: string }
  /** A call told its method by a name that no line before it gave: what gave it was spoiled on its way. */
  | { readonly kind: "unknown-head" }
  | { readonly kind: "unknown-reply"; readonly id: Id | null }
  | { readonly kind: "duplicate-request"; readonly id: Id; readonly method: string }
  | { readonly kind: "notification-refused"; readonly method: string; readonly error: RpcError }
  /** A notification of this end that could not be written: wrong method, or params that are no JSON. */
  | { readonly kind: "notification-unsent"; readonly method: string; readonly error: RpcError }
  /** A handler of this end threw something without a code: its caller is told the message, the log the rest. */
  | { readonly kind: "call-failed"; readonly method: string; readonly error: unknown }
  | { readonly kind: "notification-failed"; readonly method: string; readonly error: unknown }
  /** The other end goes on with a call that was cancelled, longer than it may. */
  | { readonly kind: "cancel-ignored"; readonly method: string; readonly ignoredMs: number }
  /** `listener` is `onProgress of …`, `onClosed` or `meter`. */
  | { readonly kind: "listener-failed"; readonly listener: string; readonly error: unknown };

/** Counters of one peer, since it was made. */
export interface PeerStats {
  received: number;
  sent: number;
  /** Lines that were no message. */
  invalidMessages: number;
  /** Answers to calls already settled by timeout or cancel; dropped in silence. */
  lateReplies: number;
  /** Answers to ids never given out. */
  unknownReplies: number;
  /** Items, ends and credits for no open stream or input, or past what it was given: late after a cancel, or made up. */
  strayItems: number;
  duplicateRequests: number;
  /** Calls refused with OVERLOADED before they were sent. */
  refusedCalls: number;
  /** Requests answered with OVERLOADED. */
  refusedRequests: number;
  /** Notifications not sent, because a bound was reached. */
  droppedNotifications: number;
  /** Notifications received and not handled: unknown, invalid, denied or past a bound. */
  refusedNotifications: number;
  timeouts: number;
  cancels: number;
  /** Calls cancelled or timed out that the other end did not end in time; 0 where they are not watched. */
  ignoredCancels: number;
}

/** What a peer has to do just now. */
export interface PeerLoad {
  readonly outgoing: number;
  readonly incoming: number;
  /** Calls cancelled or timed out that the other end has not ended yet; 0 where they are not watched. */
  readonly abandoned: number;
  readonly unsentBytes: number;
}

export function createPeerStats(): PeerStats {
  return {
    received: 0,
    sent: 0,
    invalidMessages: 0,
    lateReplies: 0,
    unknownReplies: 0,
    strayItems: 0,
    duplicateRequests: 0,
    refusedCalls: 0,
    refusedRequests: 0,
    droppedNotifications: 0,
    refusedNotifications: 0,
    timeouts: 0,
    cancels: 0,
    ignoredCancels: 0,
  };
}

const SHOWN_CHARACTERS = 200;

/** The beginning of a line or name, for a log. */
export function excerpt(line: string): string {
  const start = ownText(line.slice(0, SHOWN_CHARACTERS));
  return line.length > SHOWN_CHARACTERS ? `${start}… (${line.length} characters)` : start;
}
