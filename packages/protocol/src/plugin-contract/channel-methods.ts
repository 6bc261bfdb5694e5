import { z } from "zod";
import { notification } from "../contract.js";
import { json, name, sentence } from "./bounded-values.js";

const capability = "channels.push";

/** Pushes to whoever watches, e.g. over SSE. A channel is known by its name within the tenant of the scope. */
export const channelToHost = {
  /** Must come before `channels.emit`; opening an open channel changes nothing. */
  "channels.open": notification({ params: z.object({ channel: name }), capability, scoped: true }),
  "channels.emit": notification({
    params: z.object({ channel: name, event: name.optional(), data: json }),
    capability,
    scoped: true,
  }),
  "channels.close": notification({
    params: z.object({ channel: name, reason: sentence.optional() }),
    capability,
    scoped: true,
  }),
} as const;
