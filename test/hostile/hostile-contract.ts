import { defineContract, notification, request, stream } from "@outrigger/protocol";
import { pluginContract } from "@outrigger/protocol/plugin-contract";
import { z } from "zod";

const n = z.object({ n: z.int() });

/** What the workers in `workers/` promise to do. */
export const hostileContract = defineContract({
  name: "outrigger.test.hostile",
  version: 1,
  hostToWorker: {
    echo: request({ params: n, result: n, progress: n }),
    list: request({ params: z.object({}), result: z.array(n) }),
    feed: stream({ params: z.object({}), item: n }),
    attack: notification({ params: z.object({ scale: z.int() }) }),
  },
  workerToHost: {
    ask: request({ params: n, result: n, capability: "ask" }),
    slow: request({ params: n, result: n, capability: "ask" }),
    hold: request({ params: z.object({ text: z.string() }), result: n, capability: "ask" }),
    count: stream({ params: z.object({}), item: n, capability: "ask" }),
    scoped: request({ params: n, result: n, scoped: true }),
    note: notification({ params: n }),
    finished: notification({ params: z.object({ sent: z.int() }) }),
    "channels.open": pluginContract.workerToHost["channels.open"],
    "channels.emit": pluginContract.workerToHost["channels.emit"],
    "channels.close": pluginContract.workerToHost["channels.close"],
  },
});
