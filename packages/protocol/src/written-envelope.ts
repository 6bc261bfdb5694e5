import type { Id, MessageMeta } from "./messages.js";
import { createNumberText } from "./number-text.js";

/** As JSON writes it; `undefined` for what JSON has no word for. */
export const jsonText = (value: unknown): string | undefined => JSON.stringify(value);

/** What JSON has no word for is `null`: an answer must have its member. */
export const valueText = (value: unknown): string => jsonText(value) ?? "null";

/** The same in a full line, which others read with what they have. */
export const fullText = (value: unknown): string => escapeLineSeparators(valueText(value));

/** Whether a meta has at most a deadline and the invocation the call is made for, as most do. */
export function isBrief(meta: MessageMeta): boolean {
  for (const name in meta) if (name !== "invocationId" && name !== "deadlineMs") return false;
  return true;
}

const numberText = createNumberText();

export function idText(id: Id | null): string {
  return typeof id === "number" && id >= 1000 && Number.isSafeInteger(id) ? numberText(id) : fullText(id);
}

/** From the name of a method to its params: calls of one method come in floods. */
const heads = new Map<string, string>();
const MAX_HEADS = 1024;
let lastMethod = "";
let lastHead = ',"method":"","params":';

export function headText(method: string): string {
  if (method === lastMethod) return lastHead;
  let text = heads.get(method);
  if (text === undefined) {
    text = `,"method":${fullText(method)},"params":`;
    if (heads.size < MAX_HEADS) heads.set(method, text);
  }
  lastMethod = method;
  lastHead = text;
  return text;
}

/** The calls of one handler carry the same; so do those that say nothing of their time. */
let lastInvocation: string | undefined;
let lastDeadline: number | undefined;
let lastMeta = ',"meta":{}}';
/** Whose text `lastMeta` is; frozen, so that it still says that. */
let lastObject: MessageMeta | undefined;

export function tailText(meta: MessageMeta | undefined): string {
  if (meta === undefined) return "}";
  if (meta === lastObject) return lastMeta;
  const { deadlineMs, invocationId } = meta;
  if (!isBrief(meta)) return `,"meta":${fullText(meta)}}`;
  if (invocationId !== lastInvocation || deadlineMs !== lastDeadline) {
    lastMeta = `,"meta":${fullText(meta)}}`;
    lastInvocation = invocationId;
    lastDeadline = deadlineMs;
  }
  // Last of all: what cannot be written throws above.
  lastObject = invocationId === undefined && Object.isFrozen(meta) ? meta : undefined;
  return lastMeta;
}

/** Escapes the two characters that are legal in JSON strings but end a line for some readers (`readline` of Node ≥ 24). */
export function escapeLineSeparators(json: string): string {
  // Twice `includes` searches a text beyond Latin-1 fifteen times as fast as one expression.
  return json.includes("\u2028") || json.includes("\u2029")
    ? json.replaceAll("\u2028", "\\u2028").replaceAll("\u2029", "\\u2029")
    : json;
}
