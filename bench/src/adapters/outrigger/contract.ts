import { defineContract, notification, request, stream } from "@outrigger/protocol";
// As a whole, so that a bundle has only what is used of it.
import * as z from "@outrigger/protocol/zod-mini";

const bytes = z.object({ bytes: z.instanceof(Uint8Array) });

const document = z.object({
  id: z.string(),
  revision: z.number(),
  rows: z.array(
    z.object({ id: z.number(), name: z.string(), tags: z.array(z.string()), score: z.number(), note: z.string() }),
  ),
});

export const bench = defineContract({
  name: "outrigger.bench",
  version: 1,
  hostToWorker: {
    add: request({ params: z.object({ a: z.number(), b: z.number() }), result: z.object({ sum: z.number() }) }),
    review: request({ params: z.object({ document }), result: z.object({ document }) }),
    text: request({ params: z.object({ text: z.string() }), result: z.object({ text: z.string() }) }),
    bytes: request({ params: bytes, result: bytes }),
    drive: request({
      params: z.object({ chains: z.number(), calls: z.number() }),
      result: z.object({ done: z.boolean() }),
    }),
    emit: request({ params: z.object({ count: z.number() }), result: z.object({ done: z.boolean() }) }),
    items: stream({ params: z.object({ count: z.number() }), item: z.number() }),
  },
  workerToHost: {
    increment: request({ params: z.object({ n: z.number() }), result: z.object({ n: z.number() }), scoped: true }),
    event: notification({ params: z.object({ seq: z.number() }) }),
  },
});
