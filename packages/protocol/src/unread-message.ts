import type { LineReader } from "./channel-lines.js";
import { ErrorCode, RpcError, type WireError } from "./errors.js";
import type { IncomingCalls } from "./incoming-calls.js";
import type { Envelope } from "./messages.js";
import type { OutgoingCalls } from "./outgoing-calls.js";
import type { PeerStats } from "./peer-report.js";
import { itemEnvelope } from "./short-lines.js";

const WITH_ID = /^\{"jsonrpc":"2\.0","id":(\d{1,15}),"(method|result|error)":/;
const ITEM = /^\{"jsonrpc":"2\.0","method":"\$\/(stream|input)\/item","params":\{"id":(\d{1,15}),/;

/** Of a short line with an id, a deadline, a method, an invocation and the id of an item. */
const LONGEST_HEAD = 600;

/** What a line begins with, as this runtime writes it; `undefined` where nobody waits for it, or nobody can be told. */
export function envelopeOf(line: string, lines: Pick<LineReader, "shortEnvelope">): Envelope | undefined {
  const start = line.slice(0, LONGEST_HEAD);
  const short = lines.shortEnvelope(start);
  if (short !== undefined) return short;
  const [, id, member] = WITH_ID.exec(start) ?? [];
  if (id !== undefined) return { id: Number(id), kind: member === "method" ? "request" : "answer" };
  return itemEnvelope(ITEM.exec(start));
}

/** The two halves of a peer, and its way back. */
interface Ends {
  readonly lines: Pick<LineReader, "shortEnvelope">;
  readonly outgoing: Pick<OutgoingCalls, "onResponse" | "onUnreadItem">;
  readonly incoming: Pick<IncomingCalls, "onUnreadInput" | "isRunning">;
  readonly stats: Pick<PeerStats, "duplicateRequests">;
  respond(id: number, outcome: { readonly error: WireError }): void;
}

/** Tells whoever waits for a line that cannot be taken; `why` as in "is too long". */
export function answerUnread(line: string, why: string, { lines, outgoing, incoming, stats, respond }: Ends): void {
  const envelope = envelopeOf(line, lines);
  if (envelope === undefined) return;
  const { id, kind } = envelope;
  const message = `the message ${why}`;
  if (kind === "request") {
    // The call that has the id is to be answered by nothing else.
    if (incoming.isRunning(id)) stats.duplicateRequests++;
    else respond(id, { error: { code: ErrorCode.INVALID_REQUEST, message } });
  } else if (kind === "input") incoming.onUnreadInput(id, new RpcError(ErrorCode.INVALID_PARAMS, message));
  else if (kind === "item") outgoing.onUnreadItem(id, new RpcError(ErrorCode.INVALID_RESULT, message));
  else outgoing.onResponse({ jsonrpc: "2.0", id, error: { code: ErrorCode.INVALID_RESULT, message } });
}
