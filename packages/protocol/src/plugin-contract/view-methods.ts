import * as z from "@outrigger/protocol/zod-mini";
import { request } from "../contract.js";
import { json, name } from "./bounded-values.js";
import { actor, progress } from "./call-context.js";

export const viewToWorker = {
  /** Data for the product's screens, by key. Reads only. */
  getData: request({
    params: z.object({ key: name, params: z.optional(json), actor: z.optional(actor) }),
    result: json,
    idempotent: true,
    optional: true,
  }),
  /** Something a user asked the plugin to do, by name. */
  performAction: request({
    params: z.object({ action: name, params: z.optional(json), actor: z.optional(actor) }),
    result: json,
    progress,
    optional: true,
  }),
} as const;
