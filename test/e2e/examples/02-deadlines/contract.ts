import { defineContract, request } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";

export const kitchen = defineContract({
  name: "docs.kitchen",
  version: 1,
  hostToWorker: {
    // The timeout of a call whose caller gives none.
    cook: request({ params: z.object({ dish: z.string() }), result: z.string(), timeoutMs: 300 }),
  },
  workerToHost: {
    "stove.heat": request({ params: z.object({}), result: z.null() }),
  },
});
