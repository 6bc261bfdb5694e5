import { defineContract, request, stream } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";

const bytes = z.instanceof(Uint8Array);

export const images = defineContract({
  name: "docs.images",
  version: 1,
  hostToWorker: {
    invert: request({ params: z.object({ pixels: bytes }), result: z.object({ pixels: bytes }) }),
    read: stream({ params: z.object({ chunks: z.int() }), item: bytes }),
  },
});
