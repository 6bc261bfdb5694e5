import { defineContract, notification, request, stream } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";

const place = z.object({ file: z.string(), line: z.number().int().min(1).optional() });

export const spelling = defineContract({
  name: "outrigger.spelling",
  version: 1,
  hostToWorker: {
    check: request({
      params: z.object({ text: z.string(), language: z.enum(["en", "de"]).default("en") }),
      result: z.object({
        words: z.array(z.string()),
        at: z.union([place, z.null()]),
        seen: z.record(z.string(), z.boolean()),
      }),
    }),
    scan: stream({ params: z.object({ file: z.string() }), item: place }),
    forget: notification({ params: z.object({}) }),
  },
  workerToHost: {
    "dictionary.has": request({ params: z.object({ word: z.string() }), result: z.boolean(), scoped: true }),
  },
});
