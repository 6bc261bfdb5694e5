import { defineContract, request, stream } from "@outrigger/protocol";
import { z } from "zod";

const nothing = z.object({});
const memory = z.object({ peakRss: z.int() });

export const upload = defineContract({
  name: "outrigger.test.upload",
  version: 1,
  hostToWorker: {
    /** Adds up the lengths, waiting after each item. */
    store: request({
      params: z.object({ pauseMs: z.number() }),
      result: z.object({ items: z.int(), characters: z.int() }),
      progress: z.int(),
      input: z.string(),
      idempotent: true,
      timeoutMs: 120_000,
    }),
    upper: stream({ params: nothing, item: z.string(), input: z.string() }),
    digest: request({ params: nothing, result: z.string(), input: z.instanceof(Uint8Array) }),
    /** Reads so many items and answers; the input may have more. */
    peek: request({ params: z.object({ items: z.int() }), result: z.array(z.string()), input: z.string() }),
    /** Has the worker send `items` to the host, and tells what became of it. */
    export: request({
      params: z.object({ items: z.int() }),
      result: z.object({ answer: z.unknown(), ended: z.boolean() }),
    }),
    memory: request({ params: nothing, result: memory }),
  },
  workerToHost: {
    collect: request({ params: nothing, result: z.int(), input: z.int() }),
  },
});
