import type { LineReader } from "./channel-lines.js";
import type { WireError } from "./errors.js";
import { isBlank } from "./framing.js";
import type { IncomingCalls } from "./incoming-calls.js";
import { readMessage, UNKNOWN_HEAD } from "./message-reader.js";
import type { Id, NotificationMessage, ParsedMessage } from "./messages.js";
import type { OutgoingCalls } from "./outgoing-calls.js";
import type { PeerLimits } from "./peer-limits.js";
import { excerpt, type PeerReport, type PeerStats } from "./peer-report.js";
import { takeRuntimeNotification } from "./runtime-notifications.js";
import { answerUnread } from "./unread-message.js";

/** What lines are read with, and who is told of the messages in them. */
export interface LineReceiverContext {
  readonly lines: LineReader;
  readonly limits: PeerLimits;
  readonly stats: PeerStats;
  readonly outgoing: OutgoingCalls;
  readonly incoming: IncomingCalls;
  /** The memory of this attachment may be used again. */
  readonly reuse: (attachment: Uint8Array) => void;
  respond(id: Id, outcome: { result: unknown } | { error: WireError }, method: string): void;
  report(report: PeerReport): void;
}

type InvalidMessage = Extract<ParsedMessage, { readonly kind: "invalid" }>;

/** Takes one line. */
export type LineReceiver = (line: string, bytes: number, attachments?: readonly Uint8Array[]) => void;

/** To parse a longer one takes a while, which no call before it took. */
const LONG_LINE = 4096;

/** Reads lines, and tells the calls of this end what came for them. */
export function createLineReceiver(context: LineReceiverContext): LineReceiver {
  const { lines, limits, reuse, stats, outgoing, incoming } = context;

  const onNotification = (message: NotificationMessage, bytes: number): void => {
    const isOwn = message.method.startsWith("$/");
    if (isOwn && takeRuntimeNotification(message, bytes, outgoing, incoming)) return;
    incoming.onNotification(message, bytes);
  };

  const onInvalid = (line: string, invalid: InvalidMessage): void => {
    const { reason, answer } = invalid;
    stats.invalidMessages++;
    // What is secret in it, nobody can tell.
    context.report(
      invalid === UNKNOWN_HEAD ? { kind: "unknown-head" } : { kind: "invalid-message", line: excerpt(line), reason },
    );
    if (answer === undefined) return;
    const respond = (id: Id, outcome: { error: WireError }): void => context.respond(id, outcome, "request");
    answerUnread(line, answer, { lines, outgoing, incoming, stats, respond });
  };

  return (line, bytes, attachments) => {
    const isNothing = isBlank(line);
    if (isNothing || bytes > LONG_LINE) incoming.settleTimes();
    if (isNothing) return;
    const parsed = readMessage(line, lines, limits, attachments, reuse);
    incoming.settleTimes(calledMethod(parsed));
    if (parsed.kind === "invalid") {
      onInvalid(line, parsed);
      return;
    }
    stats.received++;
    if (parsed.kind === "notification") onNotification(parsed.message, bytes);
    else if (parsed.kind === "response") outgoing.onResponse(parsed.message);
    else if (parsed.message.method === "$/ping") context.respond(parsed.message.id, { result: {} }, "$/ping");
    else incoming.onRequest(parsed.message, bytes);
  };
}

const calledMethod = (parsed: ParsedMessage): string | undefined =>
  parsed.kind === "request" || parsed.kind === "notification" ? parsed.message.method : undefined;
