import type { Message, MessageMeta } from "./messages.js";

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
const METHOD = ',"method":';
const RESULT = ',"result":';
const PARAMS = ',"params":';
const META = ',"meta":{';
const ITEM_METHOD = "$/stream/item";
const ITEM_ID = '{"id":';
const ITEM = ',"item":';

/** Where `number` ended. */
let end = 0;

function readKnown(line: string): Message | undefined {
  if (line.slice(0, WITH_ID.length) !== WITH_ID) {
    return line.slice(0, WITHOUT_ID.length) === WITHOUT_ID ? call(line, WITHOUT_ID.length, undefined) : undefined;
  }
  const id = count(line, WITH_ID.length);
  if (id === -1) return undefined;
  const start = end + RESULT.length;
  const what = line.slice(end, start);
  if (what === RESULT) return { jsonrpc: "2.0", id, result: JSON.parse(line.slice(start, -1)) as unknown };
  return what === METHOD ? call(line, start, id) : undefined;
}

/** The method read last, and what follows `"method":` then: calls of one method come in floods. */
let lastMethod = "";
let lastHead = `""${PARAMS}`;

/** The meta read last, and the end of a line that has it: the calls of one handler carry the same, plain calls a deadline. */
let lastMeta: MessageMeta | undefined;
let lastTail = "";

function call(line: string, at: number, id: number | undefined): Message | undefined {
  let start = at + lastHead.length;
  if (line.slice(at, start) !== lastHead) {
    const head = line.slice(at, line.indexOf('"', at + 1) + 1);
    start = at + head.length + PARAMS.length;
    if (line.slice(start - PARAMS.length, start) !== PARAMS) return undefined;
    lastMethod = JSON.parse(head) as string;
    lastHead = head + PARAMS;
  }
  const method = lastMethod;
  if (method === ITEM_METHOD && id === undefined) {
    const params = item(line, start);
    if (params !== undefined) return { jsonrpc: "2.0", method, params };
  }
  let stop = line.length - lastTail.length;
  if (lastMeta === undefined || line.slice(stop) !== lastTail) {
    stop = line.lastIndexOf(META);
    if (stop < start) {
      const params = JSON.parse(line.slice(start, -1)) as unknown;
      return id === undefined ? { jsonrpc: "2.0", method, params } : { jsonrpc: "2.0", id, method, params };
    }
    const meta = JSON.parse(line.slice(stop + META.length - 1, -1)) as MessageMeta;
    const params = JSON.parse(line.slice(start, stop)) as unknown;
    if (isFlat(meta)) {
      lastMeta = Object.freeze(meta);
      lastTail = line.slice(stop);
    }
    return id === undefined ? { jsonrpc: "2.0", method, params, meta } : { jsonrpc: "2.0", id, method, params, meta };
  }
  const meta = lastMeta;
  const params = JSON.parse(line.slice(start, stop)) as unknown;
  return id === undefined ? { jsonrpc: "2.0", method, params, meta } : { jsonrpc: "2.0", id, method, params, meta };
}

/** The params of a stream's item, at the end of its line: an envelope again. */
function item(line: string, at: number): unknown {
  const start = at + ITEM_ID.length;
  const id = line.slice(at, start) === ITEM_ID ? count(line, start) : -1;
  const stop = end + ITEM.length;
  const isKnown = id !== -1 && line.slice(end, stop) === ITEM && line.charCodeAt(line.length - 2) === CLOSE;
  return isKnown ? { id, item: JSON.parse(line.slice(stop, -2)) as unknown } : undefined;
}

/** A whole number without sign; -1 for anything else, also for what JSON writes otherwise. */
function count(line: string, at: number): number {
  let value = 0;
  end = at;
  for (let digit = line.charCodeAt(end) - 0x30; digit >= 0 && digit <= 9; digit = line.charCodeAt(end) - 0x30) {
    value = value * 10 + digit;
    end++;
  }
  const digits = end - at;
  return digits === 0 || digits > 15 || (digits > 1 && line.charCodeAt(at) === 0x30) ? -1 : value;
}

/** Nothing in it can be changed by who is given it, once it is frozen. */
function isFlat(meta: MessageMeta): boolean {
  for (const name in meta) if (typeof meta[name as keyof MessageMeta] === "object") return false;
  return true;
}
