import type { IncomingCalls } from "./incoming-calls.js";
import type { Id } from "./messages.js";
import type { OutgoingCalls } from "./outgoing-calls.js";

interface RuntimeNotification {
  readonly method: string;
  readonly params?: unknown;
}

interface RuntimeParams {
  readonly id?: Id;
  readonly value?: unknown;
  readonly item?: unknown;
  readonly items?: unknown;
  readonly bytes?: unknown;
  readonly error?: unknown;
}

/** Takes the runtime's own notifications to the call they are about. Returns whether it was one of them. */
export function takeRuntimeNotification(
  message: RuntimeNotification,
  lineBytes: number,
  outgoing: OutgoingCalls,
  incoming: IncomingCalls,
): boolean {
  const params = (message.params ?? {}) as RuntimeParams;
  const id = params.id as Id;
  switch (message.method) {
    case "$/stream/item":
      outgoing.onItem(id, params.item, lineBytes);
      return true;
    case "$/stream/credit":
      incoming.onCredit(id, params.items, params.bytes);
      return true;
    case "$/input/item":
      incoming.onInputItem(id, params.item, lineBytes);
      return true;
    case "$/input/end":
      incoming.onInputEnd(id, params.error);
      return true;
    case "$/input/credit":
      outgoing.onInputCredit(id, params.items, params.bytes);
      return true;
    case "$/input/cancel":
      outgoing.onInputCancel(id);
      return true;
    case "$/cancelRequest":
      incoming.onCancel(id);
      return true;
    case "$/progress":
      outgoing.onProgress(id, params.value);
      return true;
    default:
      return false;
  }
}
