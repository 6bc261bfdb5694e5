import { escapeLineSeparators } from "./framing.js";
import type { Envelope, Id, Message, MessageMeta } from "./messages.js";
import { MAX_DIGITS, numberEnd, wholeNumber } from "./whole-number.js";
import { idText, payload } from "./written-envelope.js";

/**
 * Messages without what goes without saying: a mark no JSON begins with, an id, a method, and the payload. The names in an
 * envelope cost both ends as much as a small payload. See docs/wire-protocol.md in the repository.
 */
const STX = 0x02;
const ENQ = 0x05;
const ACK = 0x06;
const RS = 0x1e;
const [NOTIFICATION, REQUEST, RESULT, ITEM] = ["\x02", "\x05", "\x06", "\x1e"];

const SPACE = 0x20;
const COLON = 0x3a;
const ITEM_METHOD = "$/stream/item";

/** What a method and an id of an invocation look like, to stand in a short line. */
const TOKEN = /^[\w$./:-]{1,256}$/;

/** The line of a message, without its newline; `undefined` for one to be written in full. @throws what `JSON.stringify` does */
export function shortLine(message: Message): string | undefined {
  if (message.bulk !== undefined) return undefined;
  if (!("method" in message)) {
    if ("error" in message || !isWritten(message.id)) return undefined;
    return `${RESULT}${idText(message.id)} ${payload(message.result)}`;
  }
  const { method, params, meta } = message;
  if (params === undefined) return undefined;
  if ("id" in message) {
    return isWritten(message.id) ? callLine(`${REQUEST}${idText(message.id)}`, method, params, meta) : undefined;
  }
  return method === ITEM_METHOD ? itemLine(params, meta) : callLine(NOTIFICATION, method, params, meta);
}

function callLine(start: string, method: string, params: unknown, meta: MessageMeta | undefined): string | undefined {
  const head = headOf(method, meta);
  if (head !== undefined) return `${start}${head}${payload(params)}`;
  // No JSON has a tab that is not escaped, as it is written here.
  return TOKEN.test(method) ? `${start} ${method}+ ${payload(params)}\t${payload(meta)}` : undefined;
}

/** Whether an id, or a deadline, has no more digits than `wholeNumber` reads. */
const isWritten = (value: unknown): boolean =>
  typeof value === "number" && value >= 0 && value < 10 ** MAX_DIGITS && Number.isInteger(value);

function itemLine(params: unknown, meta: MessageMeta | undefined): string | undefined {
  const { id, item } = params as { readonly id: Id; readonly item: unknown };
  // What JSON has no word for is left out of a full line.
  const text = isWritten(id) && meta === undefined ? JSON.stringify(item) : undefined;
  return text === undefined ? undefined : `${ITEM}${idText(id)} ${escapeLineSeparators(text)}`;
}

/** What stands between the id and the payload of the call written last: those of one handler come in floods. */
let headMethod = "";
let headInvocation: string | undefined;
let headDeadline: number | undefined;
let headText: string | undefined;

/** `undefined` where the method takes a full line, or the meta a place of its own. */
function headOf(method: string, meta: MessageMeta | undefined): string | undefined {
  let invocation: string | undefined;
  let deadline: number | undefined;
  if (meta !== undefined) {
    for (const name in meta) if (name !== "invocationId" && name !== "deadlineMs") return undefined;
    invocation = meta.invocationId;
    deadline = meta.deadlineMs;
  }
  if (method !== headMethod || invocation !== headInvocation || deadline !== headDeadline) {
    headText = writeHead(method, invocation, deadline);
    headMethod = method;
    headInvocation = invocation;
    headDeadline = deadline;
  }
  return headText;
}

function writeHead(method: string, invocation: string | undefined, deadline: number | undefined): string | undefined {
  if (!TOKEN.test(method)) return undefined;
  if (invocation !== undefined && !(typeof invocation === "string" && TOKEN.test(invocation))) return undefined;
  if (deadline !== undefined && !isWritten(deadline)) return undefined;
  return `${deadline === undefined ? "" : `:${deadline}`} ${method}${invocation === undefined ? "" : `@${invocation}`} `;
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

const INPUT_ITEM = /^ \$\/input\/item \{"id":(\d{1,15}),/;
const KINDS = { [ENQ]: "request", [ACK]: "answer", [RS]: "item" } as const;

/** Whose a short line is, where it cannot be taken as a whole. */
export function readShortEnvelope(line: string): Envelope | undefined {
  const mark = line.charCodeAt(0);
  if (mark === STX) {
    const [, input] = INPUT_ITEM.exec(line.slice(1)) ?? [];
    return input === undefined ? undefined : { id: Number(input), kind: "input" };
  }
  const kind = KINDS[mark as keyof typeof KINDS];
  const id = kind === undefined ? -1 : wholeNumber(line, 1);
  const next = line.charCodeAt(numberEnd);
  return id !== -1 && (next === SPACE || (mark === ENQ && next === COLON)) ? { id, kind } : undefined;
}

function idAt(line: string): number {
  const id = wholeNumber(line, 1);
  if (id === -1) throw new SyntaxError("expected an id");
  return id;
}

/** Behind the number read last, and a space. */
function payloadAt(line: string): unknown {
  if (line.charCodeAt(numberEnd) !== SPACE) throw new SyntaxError("expected a space behind the id");
  return JSON.parse(line.slice(numberEnd + 1)) as unknown;
}

/** Of the call read last, without its deadline. */
interface Head {
  readonly text: string;
  readonly method: string;
  readonly meta: MessageMeta | undefined;
  /** Its meta stands behind the params. */
  readonly isTailed: boolean;
}
let lastHead: Head = { text: " - ", method: "-", meta: undefined, isTailed: false };
/** Of the call with a deadline that was read last. */
let timed: { readonly head: Head; readonly meta: MessageMeta } | undefined;

const HEAD = / ([\w$./:-]{1,256})(?:@([\w$./:-]{1,256})|(\+))? /y;

function readCall(line: string, at: number, id: number | undefined): Message {
  let start = at;
  let deadlineMs: number | undefined;
  if (line.charCodeAt(at) === COLON) {
    deadlineMs = wholeNumber(line, at + 1);
    if (deadlineMs === -1) throw new SyntaxError("expected a deadline");
    start = numberEnd;
  }
  if (line.slice(start, start + lastHead.text.length) !== lastHead.text) lastHead = readHead(line, start);
  const { method, text, isTailed } = lastHead;
  const tab = isTailed ? line.lastIndexOf("\t") : undefined;
  const params = JSON.parse(line.slice(start + text.length, tab)) as unknown;
  const meta =
    tab !== undefined
      ? tailMeta(line, tab, deadlineMs)
      : deadlineMs === undefined
        ? lastHead.meta
        : timedMeta(lastHead, deadlineMs);
  if (id === undefined) {
    return meta === undefined ? { jsonrpc: "2.0", method, params } : { jsonrpc: "2.0", method, params, meta };
  }
  return meta === undefined ? { jsonrpc: "2.0", id, method, params } : { jsonrpc: "2.0", id, method, params, meta };
}

function readHead(line: string, at: number): Head {
  HEAD.lastIndex = at;
  const found = HEAD.exec(line);
  if (found === null) throw new SyntaxError("expected a method between spaces");
  // A copy: a part of a line keeps all of it in memory.
  const [text, method, invocationId, plus] = JSON.parse(JSON.stringify(found)) as [
    string,
    string,
    ...(string | null)[],
  ];
  const meta = invocationId == null ? undefined : Object.freeze({ invocationId });
  return { text, method, meta, isTailed: plus != null };
}

function tailMeta(line: string, tab: number, deadlineMs: number | undefined): MessageMeta {
  if (tab === -1 || deadlineMs !== undefined)
    throw new SyntaxError("expected a meta behind a tab, and no deadline before it");
  return JSON.parse(line.slice(tab + 1)) as MessageMeta;
}

/** Shared, and frozen therefore, like that of a head. */
function timedMeta(head: Head, deadlineMs: number): MessageMeta {
  if (timed?.head !== head || timed.meta.deadlineMs !== deadlineMs) {
    timed = { head, meta: Object.freeze({ ...head.meta, deadlineMs }) };
  }
  return timed.meta;
}
