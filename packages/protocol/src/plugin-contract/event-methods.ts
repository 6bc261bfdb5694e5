import * as z from "@outrigger/protocol/zod-mini";
import { request } from "../contract.js";
import { json, key, name, nothing, record, timestamp } from "./bounded-values.js";
import { actor, tenant } from "./call-context.js";

/** Something that happened in the product. */
export const pluginEvent = z.object({
  /** The same at every delivery of this event: what a handler uses to do its work once. */
  id: key,
  /** Dotted, e.g. `issue.created`. */
  name,
  /** Whose event; none for one of the whole product. */
  tenant: z.optional(tenant),
  payload: json,
  occurredAt: timestamp,
  /** Who caused it. */
  actor: z.optional(actor),
});
/** Something that happened in the product: what `onEvent` receives. */
export type PluginEvent = z.output<typeof pluginEvent>;

/** An event name, or the beginning of one: `issue.created`, `issue.*`, `*`. */
const pattern = name;

export const eventToWorker = {
  /** Delivered at least once: the same event may come again after a crash. */
  onEvent: request({ params: z.object({ event: pluginEvent }), result: nothing, idempotent: true, optional: true }),
} as const;

export const eventToHost = {
  /** Tells the product of an event, for the tenant of the scope. */
  "events.emit": request({
    params: z.object({ name, payload: json, id: z.optional(key), occurredAt: z.optional(timestamp) }),
    result: z.object({ id: key }),
    capability: "events.emit",
    scoped: true,
  }),
  /** Asks for `onEvent` calls, until this process ends: a new incarnation subscribes anew. */
  "events.subscribe": request({
    params: z.object({
      pattern,
      /** Members the payload must have, with these values. */
      filter: z.optional(record),
    }),
    result: z.object({ id: key }),
    capability: "events.subscribe",
  }),
  "events.unsubscribe": request({
    params: z.object({ id: key }),
    result: nothing,
    capability: "events.subscribe",
    idempotent: true,
  }),
} as const;
