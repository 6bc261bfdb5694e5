import { escapeLineSeparators } from "./framing.js";
import type { Id, MessageMeta } from "./messages.js";

/** `undefined` for what JSON has no word for. */
export function jsonText(value: unknown): string | undefined {
  // Typed as if there were always one.
  const text = JSON.stringify(value) as string | undefined;
  return text === undefined ? undefined : escapeLineSeparators(text);
}

/** What JSON has no word for is `null`: an answer must have its member. */
export const payload = (value: unknown): string => jsonText(value) ?? "null";

/** Whether a meta has at most a deadline and the invocation the call is made for, as most do. */
export function isBrief(meta: MessageMeta): boolean {
  for (const name in meta) if (name !== "invocationId" && name !== "deadlineMs") return false;
  return true;
}

/** "000" to "999". Made with the first id that needs them: no worker starts later for them. */
let lastDigits: readonly string[] | undefined;
let thousands = 0;
let thousandsText = "0";

/**
 * V8 keeps the text of every number it writes in a cache. Ids that grow for ever pass through it, and each is copied by
 * the garbage collector: a quarter of what a small call costs beside its JSON.
 */
export function idText(id: Id | null): string {
  if (typeof id !== "number" || !(id >= 1000) || !Number.isSafeInteger(id)) return payload(id);
  const above = Math.floor(id / 1000);
  if (above !== thousands) {
    thousands = above;
    thousandsText = `${above}`;
  }
  lastDigits ??= Array.from({ length: 1000 }, (_, number) => `${number}`.padStart(3, "0"));
  return thousandsText + (lastDigits[id - above * 1000] as string);
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
    text = `,"method":${payload(method)},"params":`;
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
  if (!isBrief(meta)) return `,"meta":${payload(meta)}}`;
  if (invocationId !== lastInvocation || deadlineMs !== lastDeadline) {
    lastMeta = `,"meta":${payload(meta)}}`;
    lastInvocation = invocationId;
    lastDeadline = deadlineMs;
  }
  // Last of all: what cannot be written throws above.
  lastObject = invocationId === undefined && Object.isFrozen(meta) ? meta : undefined;
  return lastMeta;
}
