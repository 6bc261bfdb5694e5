import type { Envelope, Id, Message, MessageMeta } from "./messages.js";
import { ownText } from "./own-text.js";
import { isWholeNumber, numberEnd, wholeNumber } from "./whole-number.js";
import { idText, isBrief, jsonText, valueText } from "./written-envelope.js";

/**
 * Messages without what goes without saying: a mark no JSON begins with, an id, a method, and the payload. The names in an
 * envelope cost both ends as much as a small payload. Who reads short lines ends them at 0x0A alone.
 *
 * See docs/wire-protocol.md in the repository.
 */
export const STX = 0x02;
export const ENQ = 0x05;
const ACK = 0x06;
const RS = 0x1e;
const NOTIFICATION = String.fromCharCode(STX);
const REQUEST = String.fromCharCode(ENQ);
const RESULT = String.fromCharCode(ACK);
const ITEM = String.fromCharCode(RS);

const SPACE = 0x20;
const COLON = 0x3a;
const ITEM_METHOD = "$/stream/item";

/** What a method and an id of an invocation look like, to stand in a short line. */
const NAME = "[\\w$./:-]{1,256}";
const TOKEN = new RegExp(`^${NAME}$`);

/** What a call with this head and this id begins with, up to its params; without an id it is a notification. */
export type HeadWriter = (head: CallHead, id: string | undefined) => string;

/** The line of a message, without its newline; `undefined` for one to be written in full. @throws what `JSON.stringify` does */
export function shortLine(message: Message, writeHead: HeadWriter = wholeHead): string | undefined {
  if (message.bulk !== undefined) return undefined;
  if (!("method" in message)) {
    if ("error" in message || !isWholeNumber(message.id)) return undefined;
    return `${RESULT}${idText(message.id)} ${valueText(message.result)}`;
  }
  const { method, params, meta } = message;
  if (params === undefined) return undefined;
  if ("id" in message) {
    if (!isWholeNumber(message.id)) return undefined;
  } else if (method === ITEM_METHOD) return itemLine(params, meta);
  const head = headOf(method, meta);
  if (head.text === undefined) return undefined;
  const id = "id" in message ? idText(message.id) : undefined;
  // No JSON has a tab that is not escaped, as it is written here.
  if (head.isTailed) return `${wholeHead(head, id)}${valueText(params)}\t${valueText(meta)}`;
  return `${head.isOwn ? wholeHead(head, id) : writeHead(head, id)}${valueText(params)}`;
}

/** A head as it is. */
export const wholeHead: HeadWriter = ({ text }, id) =>
  id === undefined ? `${NOTIFICATION}${text}` : `${REQUEST}${id}${text}`;

function itemLine(params: unknown, meta: MessageMeta | undefined): string | undefined {
  const { id, item } = params as { readonly id: Id; readonly item: unknown };
  // What JSON has no word for is left out of a full line.
  const text = isWholeNumber(id) && meta === undefined ? jsonText(item) : undefined;
  return text === undefined ? undefined : `${ITEM}${idText(id)} ${text}`;
}

/** What stands between the id and the payload of a call. */
export interface CallHead {
  readonly method: string;
  readonly hasMore: boolean;
  readonly invocationId: string | undefined;
  readonly deadlineMs: number | undefined;
  /** `undefined` where the method takes a full line. */
  readonly text: string | undefined;
  /** Its meta stands behind the params. */
  readonly isTailed: boolean;
  /** Of a method of the runtime. */
  readonly isOwn: boolean;
}
/** Of the call written last: those of one handler come in floods. */
let written: CallHead = {
  ...{ method: "", hasMore: false, invocationId: undefined, deadlineMs: undefined },
  ...{ text: undefined, isTailed: false, isOwn: false },
};

function headOf(method: string, meta: MessageMeta | undefined): CallHead {
  const hasMore = meta !== undefined && !isBrief(meta);
  const invocationId = hasMore ? undefined : meta?.invocationId;
  const deadlineMs = hasMore ? undefined : meta?.deadlineMs;
  const isSame =
    method === written.method &&
    hasMore === written.hasMore &&
    invocationId === written.invocationId &&
    deadlineMs === written.deadlineMs;
  if (!isSame) written = makeHead(method, hasMore, invocationId, deadlineMs);
  return written;
}

function makeHead(
  method: string,
  hasMore: boolean,
  invocationId: string | undefined,
  deadlineMs: number | undefined,
): CallHead {
  const isNamed = invocationId === undefined || (typeof invocationId === "string" && TOKEN.test(invocationId));
  const isTailed = hasMore || !isNamed || !(deadlineMs === undefined || isWholeNumber(deadlineMs));
  const deadline = isTailed || deadlineMs === undefined ? "" : `:${deadlineMs}`;
  const meta = isTailed ? "+" : invocationId === undefined ? "" : `@${invocationId}`;
  const text = TOKEN.test(method) ? `${deadline} ${method}${meta} ` : undefined;
  return { method, hasMore, invocationId, deadlineMs, text, isTailed, isOwn: method.startsWith("$/") };
}

/** The message of a short line; `undefined` for another line. Throws where it is none. */
export function readShortLine(line: string): Message | undefined {
  switch (line.charCodeAt(0)) {
    case STX:
      return readCall(line, 1, undefined);
    case ENQ: {
      const id = idAt(line);
      return readCall(line, numberEnd, id);
    }
    case ACK: {
      const id = idAt(line);
      return { jsonrpc: "2.0", id, result: payloadAt(line) };
    }
    case RS: {
      const id = idAt(line);
      return { jsonrpc: "2.0", method: ITEM_METHOD, params: { id, item: payloadAt(line) } };
    }
    default:
      return undefined;
  }
}

const ANY_ITEM = new RegExp(`^.(?::\\d+)? \\$/(stream|input)/item(?:@${NAME}|\\+)? \\{"id":(\\d{1,15}),`);
const KINDS = { [ENQ]: "request", [ACK]: "answer", [RS]: "item" } as const;

/** Whose a short line is, where it cannot be taken as a whole. */
export function readShortEnvelope(line: string): Envelope | undefined {
  const mark = line.charCodeAt(0);
  if (mark === STX) return itemEnvelope(ANY_ITEM.exec(line));
  const kind = KINDS[mark as keyof typeof KINDS];
  const id = kind === undefined ? -1 : wholeNumber(line, 1);
  const next = line.charCodeAt(numberEnd);
  return id !== -1 && (next === SPACE || (mark === ENQ && next === COLON)) ? { id, kind } : undefined;
}

/** Of what a pattern found: whether it is a stream's or an input's, and whose. */
export function itemEnvelope(found: readonly string[] | null): Envelope | undefined {
  const [, of, id] = found ?? [];
  return id === undefined ? undefined : { id: Number(id), kind: of === "stream" ? "item" : "input" };
}

/** The id of a message, behind its mark or whatever stands before `at`. */
export function idAt(line: string, at = 1): number {
  const id = wholeNumber(line, at);
  if (id === -1) throw new SyntaxError("expected an id");
  return id;
}

/** Behind the number read last, and a space. */
function payloadAt(line: string): unknown {
  if (line.charCodeAt(numberEnd) !== SPACE) throw new SyntaxError("expected a space behind the id");
  return JSON.parse(line.slice(numberEnd + 1)) as unknown;
}

/** What a call says before its params. */
export interface ReadHead {
  readonly text: string;
  readonly method: string;
  readonly meta: MessageMeta | undefined;
  /** Its meta stands behind the params. */
  readonly isTailed: boolean;
}
/** Of the call read last, without its deadline. */
let lastHead: ReadHead = { text: " - ", method: "-", meta: undefined, isTailed: false };
/** Of the call with a deadline that was read last. */
let timed: { readonly of: ReadHead; readonly deadlineMs: number; readonly head: ReadHead } | undefined;
/** Where the head ended that was read last: good until the next is read. */
export let headEnd = 0;

const HEAD = new RegExp(` (${NAME})(?:@(${NAME})|(\\+))? `, "y");

function readCall(line: string, at: number, id: number | undefined): Message {
  const { method, meta, isTailed } = callHeadAt(line, at);
  if (!isTailed) return callOf(id, method, JSON.parse(line.slice(headEnd)) as unknown, meta);
  const tab = line.lastIndexOf("\t");
  if (tab === -1) throw new SyntaxError("expected a meta behind a tab");
  const params = JSON.parse(line.slice(headEnd, tab)) as unknown;
  return callOf(id, method, params, JSON.parse(line.slice(tab + 1)) as MessageMeta);
}

/** The head behind a mark and an id. @throws SyntaxError where none stands there */
export function callHeadAt(line: string, at: number): ReadHead {
  let start = at;
  let deadlineMs: number | undefined;
  if (line.charCodeAt(at) === COLON) {
    deadlineMs = wholeNumber(line, at + 1);
    if (deadlineMs === -1) throw new SyntaxError("expected a deadline");
    start = numberEnd;
  }
  if (line.slice(start, start + lastHead.text.length) !== lastHead.text) lastHead = readHead(line, start);
  headEnd = start + lastHead.text.length;
  return deadlineMs === undefined ? lastHead : timedHead(lastHead, deadlineMs);
}

/** A request, or without an id a notification. */
export function callOf(
  id: number | undefined,
  method: string,
  params: unknown,
  meta: MessageMeta | undefined,
): Message {
  if (id === undefined) {
    return meta === undefined ? { jsonrpc: "2.0", method, params } : { jsonrpc: "2.0", method, params, meta };
  }
  return meta === undefined ? { jsonrpc: "2.0", id, method, params } : { jsonrpc: "2.0", id, method, params, meta };
}

function readHead(line: string, at: number): ReadHead {
  HEAD.lastIndex = at;
  const found = HEAD.exec(line);
  if (found === null) throw new SyntaxError("expected a method between spaces");
  const [text, method = "", invocationId, plus] = found;
  const meta = invocationId === undefined ? undefined : Object.freeze({ invocationId: ownText(invocationId) });
  return { text: ownText(text), method: ownText(method), meta, isTailed: plus !== undefined };
}

/** Its meta is shared, and frozen therefore, like that of any head. */
function timedHead(of: ReadHead, deadlineMs: number): ReadHead {
  if (timed?.of !== of || timed.deadlineMs !== deadlineMs) {
    if (of.isTailed) throw new SyntaxError("expected the deadline in the meta");
    timed = { of, deadlineMs, head: { ...of, meta: Object.freeze({ ...of.meta, deadlineMs }) } };
  }
  return timed.head;
}
