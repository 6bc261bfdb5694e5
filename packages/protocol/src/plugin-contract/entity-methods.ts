import * as z from "@outrigger/protocol/zod-mini";
import { request } from "../contract.js";
import { key, name, nextCursor, page, record, timestamp, upTo } from "./bounded-values.js";

/** Something of the outside that a plugin mirrors into the product: an issue, a document, a customer. */
const entity = z.object({
  type: name,
  /** The plugin's own id of it: upserting the same type and id again replaces it. */
  id: key,
  title: z.optional(upTo(8192)),
  url: z.optional(upTo(64 * 1024)),
  status: z.optional(name),
  data: z._default(record, {}),
  updatedAt: z.optional(timestamp),
});
/** Something of the outside that a plugin mirrors into the product. */
export type Entity = z.output<typeof entity>;

export const entityToHost = {
  "entities.upsert": request({
    params: z.object({ entities: z.array(entity).check(z.minLength(1), z.maxLength(1000)) }),
    result: z.object({ created: z.int().check(z.minimum(0)), updated: z.int().check(z.minimum(0)) }),
    capability: "entities.write",
    scoped: true,
    idempotent: true,
  }),
  "entities.list": request({
    params: z.object({
      type: z.optional(name),
      ids: z.optional(z.array(key).check(z.maxLength(1000))),
      status: z.optional(name),
      ...page,
    }),
    result: z.object({ entities: z.array(entity).check(z.maxLength(1000)), cursor: nextCursor }),
    capability: "entities.read",
    scoped: true,
    idempotent: true,
  }),
} as const;
