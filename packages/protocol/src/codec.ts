import { escapeLineSeparators } from "./framing.js";
import { parseLine } from "./known-envelope.js";
import type { Id, Message, MessageMeta } from "./messages.js";

/**
 * Turns messages into one line of text and back: the seam for a host that speaks another dialect's field names.
 * `decode` returns any value; what is not a message is counted and dropped by the peer. Both may throw.
 */
export interface Codec {
  encode(message: Message): string;
  decode(line: string): unknown;
}

/** JSON-RPC 2.0 as this runtime writes it. */
export const jsonCodec: Codec = { encode, decode: parseLine };

/** A template around the stringified payload: stringifying the whole envelope takes half as long again. */
function encode(message: Message): string {
  if ("method" in message) {
    const { method, params, meta } = message;
    const rest = `${quoteMethod(method)}${params === undefined ? "" : `,"params":${payload(params)}`}`;
    const end = meta === undefined ? endOf(message) : `,"meta":${metaJson(meta)}${endOf(message)}`;
    return "id" in message
      ? `{"jsonrpc":"2.0","id":${idJson(message.id)},"method":${rest}${end}`
      : `{"jsonrpc":"2.0","method":${rest}${end}`;
  }
  const id = idJson(message.id);
  return "error" in message
    ? `{"jsonrpc":"2.0","id":${id},"error":${payload(message.error)}${endOf(message)}`
    : `{"jsonrpc":"2.0","id":${id},"result":${payload(message.result)}${endOf(message)}`;
}

const endOf = ({ bulk }: Message): string => (bulk === undefined ? "}" : `,"bulk":${payload(bulk)}}`);

/** What JSON has no word for is `null`: an answer must have its member. */
const payload = (value: unknown): string => escapeLineSeparators(JSON.stringify(value) ?? "null");

const DIGITS = Array.from({ length: 1000 }, (_, number) => `${number}`.padStart(3, "0"));
let thousands = 0;
let thousandsText = "0";

/**
 * V8 keeps the text of every number it writes in a cache. Ids that grow for ever pass through it, and each is copied by
 * the garbage collector: a quarter of what a small call costs beside its JSON.
 */
function idJson(id: Id | null): string {
  if (typeof id !== "number" || !(id >= 1000) || !Number.isSafeInteger(id)) return payload(id);
  const above = Math.floor(id / 1000);
  if (above !== thousands) {
    thousands = above;
    thousandsText = `${above}`;
  }
  return thousandsText + (DIGITS[id - above * 1000] as string);
}

/** The calls of one handler carry the same: the one written last is kept. */
let lastInvocationId = "";
let lastInvocationJson = '""';

function invocationJson(id: string): string {
  if (id !== lastInvocationId) {
    lastInvocationJson = payload(id);
    lastInvocationId = id;
  }
  return lastInvocationJson;
}

/** So do calls that say nothing of their time. */
let lastDeadline = 0;
let lastDeadlineJson = '{"deadlineMs":0}';

function deadlineJson(deadlineMs: number): string {
  if (deadlineMs !== lastDeadline) {
    lastDeadlineJson = `{"deadlineMs":${deadlineMs}}`;
    lastDeadline = deadlineMs;
  }
  return lastDeadlineJson;
}

/** Nearly every call has a deadline and nothing else, or that and the invocation it is made for; events have that alone. */
function metaJson(meta: MessageMeta): string {
  const { deadlineMs, invocation, invocationId, traceparent, credit } = meta;
  if (invocation !== undefined || traceparent !== undefined || credit !== undefined) return payload(meta);
  if (typeof deadlineMs === "number") {
    return invocationId === undefined
      ? deadlineJson(deadlineMs)
      : `{"invocationId":${invocationJson(invocationId)},"deadlineMs":${deadlineMs}}`;
  }
  return invocationId === undefined ? payload(meta) : `{"invocationId":${invocationJson(invocationId)}}`;
}

const methodJson = new Map<string, string>();
const MAX_CACHED_METHODS = 1024;

function quoteMethod(method: string): string {
  let json = methodJson.get(method);
  if (json === undefined) {
    json = payload(method);
    if (methodJson.size < MAX_CACHED_METHODS) methodJson.set(method, json);
  }
  return json;
}
