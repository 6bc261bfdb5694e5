/** So many values of a payload are looked at: all of an ordinary one, the beginning of a large one. */
const LOOKED_AT = 64;

/** What a look at a payload found; `"unknown"` when there was more of it than is looked at. */
export type Look = "nothing" | "bulk" | "unknown";

let left = 0;
let isSure = true;

/**
 * Whether a payload holds bytes, or text of `textLength` characters: what JSON cannot carry, or carries slowly. Bounded,
 * because it is done for every message. Cyclic values are fine.
 */
export function lookForBulk(value: unknown, textLength: number): Look {
  if (typeof value === "string") return value.length < textLength ? "nothing" : "bulk";
  if (typeof value !== "object" || value === null) return "nothing";
  left = LOOKED_AT;
  isSure = true;
  if (holdsBulk(value, textLength)) return "bulk";
  return isSure && left > 0 ? "nothing" : "unknown";
}

function holdsBulk(value: object, textLength: number): boolean {
  if (ArrayBuffer.isView(value)) return true;
  if (Array.isArray(value)) {
    for (let at = 0; at < value.length && left > 0; at++) {
      if (isBulk(value[at], textLength)) return true;
    }
    return false;
  }
  // What is no plain object may show another value to JSON, by `toJSON`.
  if (Object.getPrototypeOf(value) !== Object.prototype) isSure = false;
  for (const name in value) {
    if (isBulk((value as Record<string, unknown>)[name], textLength)) return true;
    if (left <= 0) return false;
  }
  return false;
}

function isBulk(value: unknown, textLength: number): boolean {
  left--;
  if (typeof value === "string") return value.length >= textLength;
  if (typeof value === "object") return value !== null && holdsBulk(value, textLength);
  if (typeof value === "function") isSure = false;
  return false;
}

/**
 * Whether a message's text looks as if bytes had been written as JSON: a typed array as `{"0":`, an empty one, or a
 * buffer without members, as `{}`, a Buffer as `"Buffer"`. Other values can look so too.
 */
export function looksLikeBytes(line: string): boolean {
  return line.includes('{"0":') || line.includes("{}") || line.includes('{"type":"Buffer"');
}
