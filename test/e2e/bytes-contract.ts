import { defineContract, notification, request, stream } from "@outrigger/protocol";
import { z } from "zod";

const bytes = z.instanceof(Uint8Array);
const about = z.object({ class: z.string(), length: z.int(), sha256: z.string() });

/** Bytes in params, results, items and progress, both ways, at some depth. */
export const bytesContract = defineContract({
  name: "outrigger.test.bytes",
  version: 1,
  hostToWorker: {
    echo: request({ params: z.unknown(), result: z.unknown() }),
    describe: request({
      params: z.object({ files: z.array(z.object({ name: z.string(), data: bytes })) }),
      result: z.array(about),
    }),
    text: request({ params: z.object({ text: z.string() }), result: z.object({ text: z.string() }) }),
    /** So many chunks of so many bytes, each filled with its number; the memory they come from is used again and again. */
    chunks: stream({
      params: z.object({ count: z.int(), size: z.int() }),
      item: z.object({ seq: z.int(), chunk: bytes }),
    }),
    preview: request({ params: z.object({}), result: z.null(), progress: bytes }),
    /** Reads the host's blocks; tells what it got. */
    fetch: request({ params: z.object({ count: z.int() }), result: about }),
    "send-raw": notification({ params: z.object({ text: z.string() }) }),
  },
  workerToHost: {
    blocks: stream({ params: z.object({ count: z.int() }), item: bytes }),
    store: request({ params: z.object({ data: bytes }), result: z.object({ data: bytes }) }),
  },
});
