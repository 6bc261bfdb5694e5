import * as z from "@outrigger/protocol/zod-mini";
import { notification } from "../contract.js";
import { json, name, sentence } from "./bounded-values.js";

/** A host needs no handlers: it can subscribe instead. */
const push = { capability: "channels.push", scoped: true, optional: true } as const;

/** Pushes to whoever watches, e.g. over SSE. A channel is known by its name within the tenant of the scope. */
export const channelToHost = {
  /** Must come before `channels.emit`; opening an open channel changes nothing. */
  "channels.open": notification({ params: z.object({ channel: name }), ...push }),
  "channels.emit": notification({ params: z.object({ channel: name, event: z.optional(name), data: json }), ...push }),
  "channels.close": notification({ params: z.object({ channel: name, reason: z.optional(sentence) }), ...push }),
} as const;
