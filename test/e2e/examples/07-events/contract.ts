import { defineContract, request } from "@outrigger/protocol";
import { pluginContract } from "@outrigger/protocol/plugin-contract";
import * as z from "@outrigger/protocol/zod";

const { onEvent } = pluginContract.hostToWorker;
const { "events.subscribe": subscribe, "events.unsubscribe": unsubscribe } = pluginContract.workerToHost;

export const product = defineContract({
  name: "docs.product",
  version: 1,
  hostToWorker: { onEvent },
  workerToHost: {
    "events.subscribe": subscribe,
    "events.unsubscribe": unsubscribe,
    handling: request({ params: z.object({ id: z.string() }), result: z.object({ process: z.int() }) }),
  },
});
