import type { Id, Message } from "../messages.js";

/** Which end sends a notification about a call: that which made the call, or that which answers it. */
const SENT_BY: ReadonlyMap<string, "caller" | "callee"> = new Map([
  ["$/cancelRequest", "caller"],
  ["$/stream/credit", "caller"],
  ["$/input/item", "caller"],
  ["$/input/end", "caller"],
  ["$/stream/item", "callee"],
  ["$/progress", "callee"],
  ["$/input/credit", "callee"],
  ["$/input/cancel", "callee"],
]);

/** The call a message is about: one of its sender's own, or one its sender answers. */
export interface AboutCall {
  readonly id: Id;
  readonly sentBy: "caller" | "callee";
}

/** `undefined` for a notification that is about no call. */
export function aboutCall(message: Message): AboutCall | undefined {
  if (!("method" in message)) return message.id === null ? undefined : { id: message.id, sentBy: "callee" };
  if ("id" in message) return { id: message.id, sentBy: "caller" };
  const sentBy = SENT_BY.get(message.method);
  const id = (message.params as { readonly id?: unknown } | null | undefined)?.id;
  return sentBy !== undefined && (typeof id === "number" || typeof id === "string") ? { id, sentBy } : undefined;
}
