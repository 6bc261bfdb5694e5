import { escapeLineSeparators } from "./framing.js";
import type { Message } from "./messages.js";

/**
 * Turns messages into one line of text and back: the seam for a host that speaks another dialect's field names.
 * `decode` returns any value; what is not a message is counted and dropped by the peer. Both may throw.
 */
export interface Codec {
  encode(message: Message): string;
  decode(line: string): unknown;
}

/** JSON-RPC 2.0 as this runtime writes it. */
export const jsonCodec: Codec = {
  encode: (message) => escapeLineSeparators(stringify(message)),
  decode: (line) => JSON.parse(line) as unknown,
};

/** What JSON has no word for would leave its member out: it is `null`, so that an answer stays one. */
function stringify(message: Message): string {
  const json = JSON.stringify(message);
  if ("method" in message) {
    if (message.params === undefined || json.includes('"params":')) return json;
    return JSON.stringify({ ...message, params: null });
  }
  return "error" in message || json.includes('"result":') ? json : JSON.stringify({ ...message, result: null });
}
