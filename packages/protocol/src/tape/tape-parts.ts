import type { Message } from "../messages.js";

/** Which part of a call a message carries. */
export type PlayedPart = "params" | "result" | "error" | "item" | "progress" | "input";

/** Where the real end says something else than the tape. */
export interface Difference {
  /** Of the tape, from 1; of what the tape has not: the line it was played up to. */
  readonly line: number;
  /** `differs`: it said something else; `missing`: it did not say it; `unexpected`: the tape has nothing like it. */
  readonly kind: "differs" | "missing" | "unexpected";
  /** The method called. */
  readonly method: string;
  readonly part: PlayedPart;
  /** `undefined` when the tape has nothing. */
  readonly expected: unknown;
  /** `undefined` when nothing came. */
  readonly got: unknown;
}

const MEMBERS: ReadonlyMap<string, readonly [member: string, part: PlayedPart]> = new Map([
  ["$/stream/item", ["item", "item"]],
  ["$/input/item", ["item", "input"]],
  ["$/input/end", ["error", "input"]],
  ["$/progress", ["value", "progress"]],
]);

export function partOf(message: Message): PlayedPart {
  if (!("method" in message)) return "error" in message ? "error" : "result";
  return MEMBERS.get(message.method)?.[1] ?? "params";
}

export function payloadOf(message: Message): unknown {
  if (!("method" in message)) return "error" in message ? message.error : message.result;
  const member = MEMBERS.get(message.method)?.[0];
  if (member === undefined) return message.params;
  return (message.params as Readonly<Record<string, unknown>> | undefined)?.[member];
}

export function withPayload(message: Message, payload: unknown): Message {
  if (!("method" in message))
    return "error" in message ? { ...message, error: payload } : { ...message, result: payload };
  const member = MEMBERS.get(message.method)?.[0];
  if (member === undefined) return { ...message, params: payload };
  return { ...message, params: { ...(message.params as object), [member]: payload } };
}

export const isItem = (method: string): boolean => method === "$/stream/item" || method === "$/input/item";

/** Whether a notification about a call carries something of its content. */
export const isPayload = (method: string): boolean => MEMBERS.has(method);
