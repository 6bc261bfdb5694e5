import * as z from "@outrigger/protocol/zod-mini";
import { request } from "../contract.js";
import { key, name, nothing, record, sentence, upTo } from "./bounded-values.js";

export const recordToHost = {
  /** A line in the tenant's activity log, for people. */
  "activity.log": request({
    params: z.object({
      message: sentence,
      /** What was done, dotted, e.g. `document.indexed`. */
      action: z.optional(name),
      /** What it was done to. */
      entity: z.optional(z.object({ type: name, id: key })),
      data: z.optional(record),
    }),
    result: nothing,
    capability: "activity.write",
    scoped: true,
  }),
  /** One measured value. */
  "metrics.write": request({
    params: z.object({
      name,
      value: z.number(),
      kind: z._default(z.enum(["counter", "gauge", "histogram"]), "gauge"),
      /** A unit after UCUM, e.g. `ms`, `By`, `1`. */
      unit: z.optional(upTo(64)),
      tags: z._default(z.record(name, upTo(1024)), {}),
    }),
    result: nothing,
    capability: "metrics.write",
  }),
} as const;
