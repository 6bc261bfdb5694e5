import { defineContract, request } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";

export const shop = defineContract({
  name: "docs.shop",
  version: 1,
  hostToWorker: {
    price: request({ params: z.object({ article: z.string() }), result: z.number() }),
    spans: request({ params: z.object({}), result: z.array(z.array(z.string())) }),
  },
  workerToHost: {
    "stock.get": request({ params: z.object({ article: z.string() }), result: z.number() }),
  },
});
