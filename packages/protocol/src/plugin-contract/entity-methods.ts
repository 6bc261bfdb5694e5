import * as z from "zod";
import { request } from "../contract.js";
import { key, name, nextCursor, page, record, timestamp } from "./bounded-values.js";

/** Something of the outside that a plugin mirrors into the product: an issue, a document, a customer. */
const entity = z.object({
  type: name,
  /** The plugin's own id of it: upserting the same type and id again replaces it. */
  id: key,
  title: z.string().max(8192).optional(),
  url: z
    .string()
    .max(64 * 1024)
    .optional(),
  status: name.optional(),
  data: record.default({}),
  updatedAt: timestamp.optional(),
});
/** Something of the outside that a plugin mirrors into the product. */
export type Entity = z.output<typeof entity>;

export const entityToHost = {
  "entities.upsert": request({
    params: z.object({ entities: z.array(entity).min(1).max(1000) }),
    result: z.object({ created: z.int().min(0), updated: z.int().min(0) }),
    capability: "entities.write",
    scoped: true,
    idempotent: true,
  }),
  "entities.list": request({
    params: z.object({
      type: name.optional(),
      ids: z.array(key).max(1000).optional(),
      status: name.optional(),
      ...page,
    }),
    result: z.object({ entities: z.array(entity).max(1000), cursor: nextCursor }),
    capability: "entities.read",
    scoped: true,
    idempotent: true,
  }),
} as const;
