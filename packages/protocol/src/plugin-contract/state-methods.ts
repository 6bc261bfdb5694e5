import * as z from "@outrigger/protocol/zod-mini";
import { request } from "../contract.js";
import { json, key, name, nextCursor, nothing, page, upTo } from "./bounded-values.js";

/** Keys live in a namespace, within plugin and tenant. Default `"default"`. */
const namespace = z._default(name, "default");

export const stateToHost = {
  /** The value under a key; `null` when there is none. */
  "state.get": request({
    params: z.object({ namespace, key }),
    result: json,
    capability: "state.read",
    scoped: true,
    idempotent: true,
  }),
  "state.set": request({
    params: z.object({ namespace, key, value: json }),
    result: nothing,
    capability: "state.write",
    scoped: true,
    idempotent: true,
  }),
  /** Whether there was something to delete. */
  "state.delete": request({
    params: z.object({ namespace, key }),
    result: z.boolean(),
    capability: "state.write",
    scoped: true,
  }),
  /** Entries whose key starts with `prefix`, ordered by key. */
  "state.list": request({
    params: z.object({ namespace, prefix: z._default(upTo(1024), ""), ...page }),
    result: z.object({ entries: z.array(z.object({ key, value: json })).check(z.maxLength(1000)), cursor: nextCursor }),
    capability: "state.read",
    scoped: true,
    idempotent: true,
  }),
} as const;
