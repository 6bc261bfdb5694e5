import { defineContract, request } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";

export const notes = defineContract({
  name: "docs.notes",
  version: 1,
  hostToWorker: {
    read: request({ params: z.object({ key: z.string() }), result: z.string() }),
    remove: request({ params: z.object({ key: z.string() }), result: z.null() }),
    readDetached: request({ params: z.object({ key: z.string() }), result: z.string() }),
  },
  workerToHost: {
    // `capability`: what the worker must have been granted. `scoped`: refused without a live scope.
    "state.get": request({
      params: z.object({ key: z.string() }),
      result: z.string(),
      capability: "state.read",
      scoped: true,
    }),
    "state.delete": request({
      params: z.object({ key: z.string() }),
      result: z.null(),
      capability: "state.write",
      scoped: true,
    }),
  },
});
