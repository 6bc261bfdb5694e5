import { restoreBulk } from "./bulk-restore.js";
import type { LineReader } from "./channel-lines.js";
import { type ParsedMessage, parseMessage } from "./messages.js";
import { textExceeds, type WeightLimits } from "./nesting.js";

const NOT_JSON: ParsedMessage = { kind: "invalid", reason: "not JSON" };
export const UNKNOWN_HEAD: ParsedMessage = {
  kind: "invalid",
  reason: "a call of an unknown head",
  answer: "tells its method by a name that no line before it gave",
};

/** Decodes one line and puts its attachments in place. Never throws. */
export function readMessage(
  line: string,
  lines: LineReader,
  limits: WeightLimits,
  attachments?: readonly Uint8Array[] | undefined,
  reuse?: (attachment: Uint8Array) => void,
): ParsedMessage {
  try {
    const exceeded = textExceeds(line, limits);
    if (exceeded !== undefined) {
      lines.skip(line);
      return tooHeavy(exceeded, limits);
    }
    const parsed = parseMessage(lines.decode(line));
    if (parsed.kind === "invalid") return parsed;
    if (attachments === undefined && parsed.message.bulk === undefined) return parsed;
    const reason = restoreBulk(parsed.message, attachments, reuse, limits.values);
    return reason === undefined ? parsed : { kind: "invalid", reason, answer: `cannot be read: ${reason}` };
  } catch {
    return lines.failed(line) ? UNKNOWN_HEAD : NOT_JSON;
  }
}

function tooHeavy(exceeded: keyof WeightLimits, { depth, values }: WeightLimits): ParsedMessage {
  return exceeded === "depth"
    ? {
        kind: "invalid",
        reason: "nested too deep",
        answer: `nests deeper than ${depth} levels; send it flatter, or as a string`,
      }
    : {
        kind: "invalid",
        reason: "too many values",
        answer: `has more than ${values} values; use a stream, or raise limits.values of its reader`,
      };
}
