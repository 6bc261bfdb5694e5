import { parseLine } from "./known-envelope.js";
import { FEATURES, type Feature } from "./lifecycle.js";
import type { ErrorMessage, Message, NotificationMessage, RequestMessage, ResultMessage } from "./messages.js";
import { readShortLine } from "./short-lines.js";
import { fullText, headText, idText, tailText } from "./written-envelope.js";

/**
 * Turns messages into one line of text and back: the seam for a host that speaks another dialect's field names.
 * `decode` returns any value; what is not a message is counted and dropped by the peer. Both may throw.
 * An end with any other than `jsonCodec` does not list the features `short`, `heads` and `columns`.
 */
export interface Codec {
  encode(message: Message): string;
  decode(line: string): unknown;
}

/** JSON-RPC 2.0 as this runtime writes it; short lines that need no other line are read as well. */
export const jsonCodec: Codec = { encode, decode: (line) => readShortLine(line) ?? parseLine(line) };

/** Not for other codecs: they write lines of their own, and are given payloads as they are. */
const NEEDS_JSON_CODEC: readonly Feature[] = ["short", "heads", "columns"];

/** The features of an end with this codec; without one it has the runtime's own. */
export function featuresWith(codec: Codec = jsonCodec): Feature[] {
  return codec === jsonCodec ? [...FEATURES] : FEATURES.filter((feature) => !NEEDS_JSON_CODEC.includes(feature));
}

/** A template around the stringified payload: stringifying the whole envelope takes half as long again. */
function encode(message: Message): string {
  const line = "method" in message ? call(message) : answer(message);
  // Seldom: only with values that JSON has no form for.
  return message.bulk === undefined ? line : `${line.slice(0, -1)},"bulk":${fullText(message.bulk)}}`;
}

function call(message: RequestMessage | NotificationMessage): string {
  const { method, params, meta } = message;
  if (params === undefined) return fullText(message);
  return "id" in message
    ? `{"jsonrpc":"2.0","id":${idText(message.id)}${headText(method)}${fullText(params)}${tailText(meta)}`
    : `{"jsonrpc":"2.0"${headText(method)}${fullText(params)}${tailText(meta)}`;
}

function answer(message: ResultMessage | ErrorMessage): string {
  return "error" in message
    ? `{"jsonrpc":"2.0","id":${idText(message.id)},"error":${fullText(message.error)}}`
    : `{"jsonrpc":"2.0","id":${idText(message.id)},"result":${fullText(message.result)}}`;
}
