import * as z from "zod";
import { request } from "../contract.js";
import { key, name, nothing, record, sentence } from "./bounded-values.js";

export const recordToHost = {
  /** A line in the tenant's activity log, for people. */
  "activity.log": request({
    params: z.object({
      message: sentence,
      /** What was done, dotted, e.g. `document.indexed`. */
      action: name.optional(),
      /** What it was done to. */
      entity: z.object({ type: name, id: key }).optional(),
      data: record.optional(),
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
      kind: z.enum(["counter", "gauge", "histogram"]).default("gauge"),
      /** A unit after UCUM, e.g. `ms`, `By`, `1`. */
      unit: z.string().max(64).optional(),
      tags: z.record(name, z.string().max(1024)).default({}),
    }),
    result: nothing,
    capability: "metrics.write",
  }),
} as const;
