import { isPlain } from "./plain-object.js";
import { MIN_RECORDS } from "./record-columns.js";

/** What a receiver takes by default. Values behind those, or below that depth, are not looked at, but told by their text. */
const MAX_VALUES = 131_072;
const MAX_DEPTH = 500;

/**
 * What a look at a payload found: `"records"` where long lists of objects are most of it, each counted with what is in it,
 * `"unknown"` when not all of it could be seen.
 */
export type Look = "nothing" | "bulk" | "records" | "unknown";

let left = 0;
let inRecords = 0;
let longText = 0;
let isSure = true;

/**
 * Whether a payload holds bytes, or text of `textLength` characters: what JSON cannot carry, or carries slowly. Done for
 * every message, at a tenth of what it costs to write one as JSON. Cyclic values are fine.
 */
export function lookForBulk(value: unknown, textLength: number): Look {
  if (typeof value === "string") return value.length < textLength ? "nothing" : "bulk";
  if (typeof value !== "object" || value === null) return "nothing";
  left = MAX_VALUES;
  inRecords = 0;
  longText = textLength;
  isSure = true;
  if (holdsBulk(value, MAX_DEPTH)) return "bulk";
  if (!isSure) return "unknown";
  return inRecords > 0 && inRecords >= (MAX_VALUES - left) / 2 ? "records" : "nothing";
}

/** The two loops say the same twice: a call for each member would take half as long again. */
function holdsBulk(value: object, levels: number): boolean {
  if (ArrayBuffer.isView(value)) return true;
  if (left <= 0 || levels === 0) {
    isSure = false;
    return false;
  }
  if (Array.isArray(value)) {
    const before = left;
    left -= value.length;
    for (let at = 0; at < value.length; at++) {
      const member: unknown = value[at];
      if (typeof member === "string") {
        if (member.length >= longText) return true;
      } else if (typeof member === "object" && member !== null && holdsBulk(member, levels - 1)) return true;
    }
    if (value.length >= MIN_RECORDS && typeof value[0] === "object" && value[0] !== null) inRecords += before - left;
    return false;
  }
  // What is no plain object may show another value to JSON, by `toJSON`.
  if (!isPlain(value)) isSure = false;
  for (const name in value) {
    left--;
    const member = (value as Record<string, unknown>)[name];
    if (typeof member === "string") {
      if (member.length >= longText) return true;
    } else if (typeof member === "object") {
      if (member !== null && holdsBulk(member, levels - 1)) return true;
    } else if (typeof member === "function") isSure = false;
  }
  return false;
}

/**
 * Whether a message's text looks as if bytes had been written as JSON: a typed array as `{"0":`, an empty one, or a
 * buffer without members, as `{}`, a Buffer as what `toJSON` makes of it. Other values can look so too.
 */
export function looksLikeBytes(line: string): boolean {
  // The last search is slow where quotes abound, and mostly spared by the one before.
  return (
    line.includes("{}") || line.includes('{"0":') || (line.includes("Buffer") && line.includes('{"type":"Buffer"'))
  );
}
