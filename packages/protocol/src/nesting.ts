/** Default cap of the nesting depth of one message. */
export const DEFAULT_MAX_DEPTH = 1000;

/** Default cap of the number of values in one message, names of members not counted. */
export const DEFAULT_MAX_VALUES = 131_072;

/** How heavy a message may be once it is decoded, whatever its size as text. */
export interface WeightLimits {
  /** Nesting depth. */
  readonly depth: number;
  /** Values in it: two characters of text can cost a hundred bytes and more, and the time to make and check them. */
  readonly values: number;
}

/**
 * Which limit a line exceeds, told by its text before it is parsed: V8's parser spends tens of bytes on each open
 * bracket.
 */
export function textExceeds(line: string, limits: WeightLimits): keyof WeightLimits | undefined {
  return isLight(line, limits) ? undefined : scan(line, limits);
}

/** A level and a value take two characters each. Else brackets and commas are counted, in strings too: a few indexOf. */
function isLight(line: string, { depth, values }: WeightLimits): boolean {
  const { length } = line;
  if (length < 2 * depth && length < 2 * values) return true;
  const brackets = count(line, "{", depth) + count(line, "[", depth);
  return brackets <= depth && (length < 2 * values || brackets + count(line, ",", values) < values);
}

function count(line: string, character: string, atMost: number): number {
  let found = 0;
  for (let at = line.indexOf(character); at !== -1 && found <= atMost; at = line.indexOf(character, at + 1)) found++;
  return found;
}

function scan(line: string, { depth: maxDepth, values: maxValues }: WeightLimits): keyof WeightLimits | undefined {
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
