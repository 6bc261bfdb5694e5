/** Default cap of the nesting depth of one message. */
export const DEFAULT_MAX_DEPTH = 1000;

/** Default cap of the number of values in one message, names of members not counted. */
export const DEFAULT_MAX_VALUES = 131_072;

/** Above this the text is scanned before parsing: V8's parser spends tens of bytes on each open bracket. */
const SCAN_TEXT_FROM = 65_536;

/** How heavy a message may be once it is decoded, whatever its size as text. */
export interface WeightLimits {
  /** Nesting depth. */
  readonly depth: number;
  /** Values in it: two characters of text can cost a hundred bytes and more, and the time to make and check them. */
  readonly values: number;
}

/** Which limit a line exceeds, as far as its text alone should tell before it is parsed. */
export function textExceeds(line: string, limits: WeightLimits): keyof WeightLimits | undefined {
  if (line.length < SCAN_TEXT_FROM) return undefined;
  const { depth: maxDepth, values: maxValues } = limits;
  let depth = 0;
  let values = 1;
  for (let at = 0; at < line.length; at++) {
    const char = line.charCodeAt(at);
    if (char === 0x22) {
      at = endOfString(line, at);
    } else if (char === 0x2c) {
      if (++values > maxValues) return "values";
    } else if (char === 0x5b || char === 0x7b) {
      if (++depth > maxDepth) return "depth";
      if (++values > maxValues) return "values";
    } else if (char === 0x5d || char === 0x7d) depth--;
  }
  return undefined;
}

function endOfString(line: string, start: number): number {
  let end = line.indexOf('"', start + 1);
  while (end !== -1) {
    let backslashes = 0;
    while (line.charCodeAt(end - 1 - backslashes) === 0x5c) backslashes++;
    if (backslashes % 2 === 0) return end;
    end = line.indexOf('"', end + 1);
  }
  return line.length;
}

/** Whether a decoded value nests deeper than `maxDepth`. `textLength` is a shortcut: depth costs two characters a level. */
export function valueExceedsDepth(value: unknown, textLength: number, maxDepth: number): boolean {
  if (textLength < 2 * maxDepth || textLength >= SCAN_TEXT_FROM) return false;
  let level: unknown[] = [value];
  for (let depth = 0; level.length > 0; depth++) {
    if (depth >= maxDepth) return true;
    const next: unknown[] = [];
    for (const node of level) {
      if (typeof node !== "object" || node === null) continue;
      for (const child of Array.isArray(node) ? node : Object.values(node)) {
        if (typeof child === "object" && child !== null) next.push(child);
      }
    }
    level = next;
  }
  return false;
}
