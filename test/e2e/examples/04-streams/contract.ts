import { defineContract, request, stream } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";

export const counter = defineContract({
  name: "docs.counter",
  version: 1,
  hostToWorker: {
    count: stream({ params: z.object({}), item: z.int() }),
    countAndFail: stream({ params: z.object({}), item: z.int() }),
  },
  workerToHost: {
    "count.ended": request({ params: z.object({ produced: z.int() }), result: z.null() }),
  },
});
