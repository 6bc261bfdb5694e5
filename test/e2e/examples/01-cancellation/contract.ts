import { defineContract, request } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";

export const library = defineContract({
  name: "docs.library",
  version: 1,
  hostToWorker: {
    summarize: request({ params: z.object({ book: z.string() }), result: z.string() }),
  },
  workerToHost: {
    "pages.load": request({ params: z.object({ book: z.string() }), result: z.array(z.string()) }),
  },
});
