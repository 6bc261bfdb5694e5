import type { Codec } from "./codec.js";
import { type ParsedMessage, parseMessage } from "./messages.js";
import { textExceeds, type WeightLimits } from "./nesting.js";

/** What a line is that nests deeper than the limit. */
export const TOO_DEEP: ParsedMessage = { kind: "invalid", reason: "nested too deep" };
/** What a line is that has more values than the limit. */
export const TOO_MANY: ParsedMessage = { kind: "invalid", reason: "too many values" };
const NOT_JSON: ParsedMessage = { kind: "invalid", reason: "not JSON" };

/** Decodes one line. Never throws. */
export function readMessage(line: string, codec: Codec, limits: WeightLimits): ParsedMessage {
  try {
    const exceeded = textExceeds(line, limits);
    if (exceeded !== undefined) return exceeded === "depth" ? TOO_DEEP : TOO_MANY;
    return parseMessage(codec.decode(line));
  } catch {
    return NOT_JSON;
  }
}

const ENVELOPE = /^\{"jsonrpc":"2\.0","id":(\d{1,15}),"(method|result|error)":/;

/** What a line that is too heavy to be looked at begins with, so that its sender, or the call it answers, can be told. */
export function envelopeOf(line: string): { readonly id: number; readonly isRequest: boolean } | undefined {
  const match = ENVELOPE.exec(line.slice(0, 100));
  return match === null ? undefined : { id: Number(match[1]), isRequest: match[2] === "method" };
}
