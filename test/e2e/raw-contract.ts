import { defineContract, notification, request } from "@outrigger/protocol";
import { pluginContract } from "@outrigger/protocol/plugin-contract";
import { z } from "zod";

const act = request({ params: z.object({}), result: z.unknown() });

/** What `fixtures/raw-worker.ts` does when asked. */
export const rawContract = defineContract({
  name: "outrigger.test.raw",
  version: 1,
  hostToWorker: {
    echo: request({ params: z.object({ value: z.unknown() }), result: z.unknown() }),
    hold: request({ params: z.object({ value: z.unknown() }), result: z.unknown() }),
    "exit-now": notification({ params: z.object({ code: z.number() }) }),
    "close-stdin": act,
    "close-stdout": act,
    "stop-reading": act,
    "write-endless-line": act,
    "ignore-sigterm": act,
    "die-in-an-answer": act,
    "print-then-answer": request({ params: z.object({ text: z.string() }), result: z.string() }),
    "send-raw": notification({ params: z.object({ line: z.string() }) }),
    "start-grandchild": request({ params: z.object({ path: z.string() }), result: z.unknown() }),
    "push-to-channel": request({
      params: z.object({ method: z.string(), channel: z.string(), data: z.unknown().optional() }),
      result: z.unknown(),
    }),
  },
  workerToHost: {
    "channels.open": pluginContract.workerToHost["channels.open"],
    "channels.emit": pluginContract.workerToHost["channels.emit"],
    "channels.close": pluginContract.workerToHost["channels.close"],
  },
});
