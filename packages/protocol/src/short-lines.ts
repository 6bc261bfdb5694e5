import type { Id, Message, MessageMeta } from "./messages.js";
import { numberEnd, wholeNumber } from "./whole-number.js";
import { idText, payload } from "./written-envelope.js";

/**
 * Messages without what goes without saying: a mark no JSON begins with, an id, a method, and the payload. What an envelope
 * of JSON-RPC costs both ends is a quarter of a small call. See docs/wire-protocol.md in the repository.
 */
const NOTIFICATION = "\x02";
const REQUEST = "\x05";
const RESULT = "\x06";
const ITEM = "\x1e";

const ITEM_METHOD = "$/stream/item";
/** Above, an id has more digits than are read. */
const IDS = 1e15;

/** What a method and an id of an invocation look like, to stand in a short line. */
const TOKEN = /^[\w$./:-]{1,256}$/;

/** The line of a message, without its newline; `undefined` for one that has to be written in full. Throws what `JSON.stringify` does. */
export function shortLine(message: Message): string | undefined {
  if (message.bulk !== undefined) return undefined;
  if (!("method" in message)) {
    if ("error" in message || !isShort(message.id)) return undefined;
    return `${RESULT}${idText(message.id)} ${payload(message.result)}`;
  }
  const { method, params, meta } = message;
  if (params === undefined) return undefined;
  if ("id" in message) {
    const head = isShort(message.id) ? headOf(method, meta) : undefined;
    return head === undefined ? undefined : `${REQUEST}${idText(message.id)}${head}${payload(params)}`;
  }
  if (method === ITEM_METHOD) return itemLine(params as { readonly id: Id; readonly item: unknown });
  const head = headOf(method, meta);
  return head === undefined ? undefined : `${NOTIFICATION}${head}${payload(params)}`;
}

const isShort = (id: Id | null): boolean => typeof id === "number" && id >= 0 && id < IDS && Number.isInteger(id);

/** What JSON has no word for is left out of a full line. */
function itemLine({ id, item }: { readonly id: Id; readonly item: unknown }): string | undefined {
  const isWritten = item !== undefined && typeof item !== "function" && typeof item !== "symbol";
  return isWritten && isShort(id) ? `${ITEM}${idText(id)} ${payload(item)}` : undefined;
}

/** What stands between the id and the payload of the call written last: those of one handler come in floods. */
let headMethod = "";
let headInvocation: string | undefined;
let headDeadline: number | undefined;
let headText: string | undefined;

/** `undefined` where the method, or the meta, takes a full line. */
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
  if (deadline !== undefined && !isShort(deadline)) return undefined;
  return `${deadline === undefined ? "" : `:${deadline}`} ${method}${invocation === undefined ? "" : `@${invocation}`} `;
}

/** The message of a short line; `undefined` for another line. Throws where it is none. */
export function readShortLine(line: string): Message | undefined {
  switch (line.charCodeAt(0)) {
    case 0x02:
      return readCall(line, 1, undefined);
    case 0x05: {
      const id = idAt(line);
      return readCall(line, numberEnd, id);
    }
    case 0x06: {
      const id = idAt(line);
      return { jsonrpc: "2.0", id, result: payloadAt(line) };
    }
    case 0x1e: {
      const id = idAt(line);
      return { jsonrpc: "2.0", method: ITEM_METHOD, params: { id, item: payloadAt(line) } };
    }
    default:
      return undefined;
  }
}

/** Whose call a short line is, or whose answer, where it cannot be taken as a whole. */
export function shortEnvelope(line: string): { readonly id: number; readonly isRequest: boolean } | undefined {
  const mark = line.charAt(0);
  const id = mark === REQUEST || mark === RESULT ? wholeNumber(line, 1) : -1;
  return id === -1 ? undefined : { id, isRequest: mark === REQUEST };
}

function idAt(line: string): number {
  const id = wholeNumber(line, 1);
  if (id === -1) throw new SyntaxError("expected an id");
  return id;
}

/** Behind the number read last, and a space. */
function payloadAt(line: string): unknown {
  if (line.charCodeAt(numberEnd) !== 0x20) throw new SyntaxError("expected a space behind the id");
  return JSON.parse(line.slice(numberEnd + 1)) as unknown;
}

/** Of the call read last, without its deadline. */
interface Head {
  readonly text: string;
  readonly method: string;
  readonly meta: MessageMeta | undefined;
}
let lastHead: Head = { text: " - ", method: "-", meta: undefined };
/** Of the call with a deadline that was read last. */
let timed: { readonly head: Head; readonly meta: MessageMeta } | undefined;

const HEAD = / ([\w$./:-]{1,256})(?:@([\w$./:-]{1,256}))? /y;

function readCall(line: string, at: number, id: number | undefined): Message {
  let start = at;
  let deadlineMs: number | undefined;
  if (line.charCodeAt(at) === 0x3a) {
    deadlineMs = wholeNumber(line, at + 1);
    if (deadlineMs === -1) throw new SyntaxError("expected a deadline");
    start = numberEnd;
  }
  if (line.slice(start, start + lastHead.text.length) !== lastHead.text) lastHead = readHead(line, start);
  const { method, text } = lastHead;
  const params = JSON.parse(line.slice(start + text.length)) as unknown;
  const meta = deadlineMs === undefined ? lastHead.meta : timedMeta(lastHead, deadlineMs);
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
  const [text, method, invocationId] = JSON.parse(JSON.stringify(found)) as [string, string, string | null];
  return { text, method, meta: invocationId === null ? undefined : Object.freeze({ invocationId }) };
}

/** Shared, and frozen therefore, like that of a head. */
function timedMeta(head: Head, deadlineMs: number): MessageMeta {
  if (timed?.head !== head || timed.meta.deadlineMs !== deadlineMs) {
    timed = { head, meta: Object.freeze({ ...head.meta, deadlineMs }) };
  }
  return timed.meta;
}
