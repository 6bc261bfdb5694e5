import type { Message, MessageMeta } from "./messages.js";
import { numberEnd, wholeNumber } from "./whole-number.js";

/**
 * Reads a message whose envelope is written as this runtime writes it. Most of what `JSON.parse` costs for a short line is
 * the names of members, and those of the envelope are known: it is compared as text, and only the payload is parsed. What
 * is written otherwise is parsed as a whole; the outcome is the same. Slices are compared because `startsWith` takes
 * three times as long.
 */
export function parseLine(line: string): unknown {
  const isKnown =
    line.length <= LONGEST &&
    line.charCodeAt(line.length - 1) === CLOSE &&
    // Behind the payload stands how it is to be read.
    (line.charCodeAt(line.length - 2) !== CLOSE_LIST || !line.includes(',"bulk":'));
  if (isKnown) {
    try {
      const message = readKnown(line);
      if (message !== undefined) return message;
    } catch {
      // The payload is none, or there is more than a payload.
    }
  }
  return JSON.parse(line);
}

/** In a longer line the payload costs most, and reading it twice too much. */
const LONGEST = 1024;
const CLOSE = 0x7d;
const CLOSE_LIST = 0x5d;

const WITH_ID = '{"jsonrpc":"2.0","id":';
const WITHOUT_ID = '{"jsonrpc":"2.0","method":';
const WITH_METHOD = ',"method":';
const RESULT = ',"result":';
const PARAMS = ',"params":';
const META = ',"meta":{';
const ITEM_METHOD = "$/stream/item";
const ITEM_ID = '{"id":';
const ITEM = ',"item":';
/** Where the names of the second members differ. */
const SECOND = 18;
const LETTER_M = 0x6d;

function readKnown(line: string): Message | undefined {
  if (line.charCodeAt(SECOND) === LETTER_M) return notification(line);
  if (line.slice(0, WITH_ID.length) !== WITH_ID) return undefined;
  const id = wholeNumber(line, WITH_ID.length);
  if (id === -1) return undefined;
  const start = numberEnd + RESULT.length;
  if (line.slice(numberEnd, start) === RESULT) {
    return { jsonrpc: "2.0", id, result: JSON.parse(line.slice(start, -1)) as unknown };
  }
  return request(line, id);
}

/** What stood before the params of the last call, and whose they were: calls of one method come in floods. */
interface Head {
  readonly method: string;
  readonly text: string;
}
let asked: Head = { method: "", text: `${WITH_METHOD}""${PARAMS}` };
let noted: Head = { method: "", text: `${WITHOUT_ID}""${PARAMS}` };

/** The head that stands at `at`, and begins with `prefix`. */
function headAt(line: string, at: number, prefix: string): Head | undefined {
  const name = at + prefix.length;
  if (line.slice(at, name) !== prefix) return undefined;
  const nameEnd = line.indexOf('"', name + 1) + 1;
  const text = line.slice(at, nameEnd + PARAMS.length);
  return text.endsWith(PARAMS) ? { method: JSON.parse(line.slice(name, nameEnd)) as string, text } : undefined;
}

function request(line: string, id: number): Message | undefined {
  const at = numberEnd;
  if (line.slice(at, at + asked.text.length) !== asked.text) {
    const head = headAt(line, at, WITH_METHOD);
    if (head === undefined) return undefined;
    asked = head;
  }
  const { method } = asked;
  const start = at + asked.text.length;
  const stop = metaAt(line, start);
  const params = JSON.parse(line.slice(start, stop)) as unknown;
  return stop === -1
    ? { jsonrpc: "2.0", id, method, params }
    : { jsonrpc: "2.0", id, method, params, meta: foundMeta as MessageMeta };
}

function notification(line: string): Message | undefined {
  if (line.slice(0, noted.text.length) !== noted.text) {
    const head = headAt(line, 0, WITHOUT_ID);
    if (head === undefined) return undefined;
    noted = head;
  }
  const { method } = noted;
  const start = noted.text.length;
  if (method === ITEM_METHOD) {
    const params = item(line, start);
    if (params !== undefined) return { jsonrpc: "2.0", method, params };
  }
  const stop = metaAt(line, start);
  const params = JSON.parse(line.slice(start, stop)) as unknown;
  return stop === -1
    ? { jsonrpc: "2.0", method, params }
    : { jsonrpc: "2.0", method, params, meta: foundMeta as MessageMeta };
}

/** The meta read last, and the end of a line that has it: the calls of one handler carry the same. */
let lastMeta: MessageMeta | undefined;
let lastTail = "";
/** What `metaAt` found. */
let foundMeta: MessageMeta | undefined;

/** Where the meta of the line begins, which is `foundMeta` then; -1 when it has none, and its params end with it. */
function metaAt(line: string, start: number): number {
  let stop = line.length - lastTail.length;
  if (lastMeta !== undefined && line.slice(stop) === lastTail) {
    // As a pointer that is written costs V8's collector a note.
    if (foundMeta !== lastMeta) foundMeta = lastMeta;
    return stop;
  }
  stop = metaIn(line, start);
  if (stop === -1) return -1;
  foundMeta = JSON.parse(line.slice(stop + META.length - 1, -1)) as MessageMeta;
  if (isFlat(foundMeta)) {
    lastMeta = Object.freeze(foundMeta);
    lastTail = line.slice(stop);
  }
  return stop;
}

/** Its own names: params may have a `meta`, too. */
const META_NAME = /^"(?:deadlineMs|invocation(?:Id)?|traceparent|tracestate|credit)"/;
/** So far from the end it is looked for: most lines have none. One that is longer is parsed with its whole line. */
const META_REACH = 256;

function metaIn(line: string, start: number): number {
  if (line.charCodeAt(line.length - 2) !== CLOSE) return -1;
  const from = Math.max(start, line.length - META_REACH);
  const found = line.slice(from).lastIndexOf(META);
  if (found === -1) return -1;
  const stop = from + found;
  return META_NAME.test(line.slice(stop + META.length)) ? stop : -1;
}

/** The params of a stream's item, at the end of its line: an envelope again. */
function item(line: string, at: number): unknown {
  const start = at + ITEM_ID.length;
  const id = line.slice(at, start) === ITEM_ID ? wholeNumber(line, start) : -1;
  const stop = numberEnd + ITEM.length;
  const isKnown = id !== -1 && line.slice(numberEnd, stop) === ITEM && line.charCodeAt(line.length - 2) === CLOSE;
  return isKnown ? { id, item: JSON.parse(line.slice(stop, -2)) as unknown } : undefined;
}

/** Nothing in it can be changed by who is given it, once it is frozen. */
function isFlat(meta: MessageMeta): boolean {
  for (const name in meta) if (typeof meta[name as keyof MessageMeta] === "object") return false;
  return true;
}
