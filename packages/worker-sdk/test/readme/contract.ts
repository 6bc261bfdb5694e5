import { defineContract, notification, request, stream } from "@outrigger/protocol";
import { z } from "zod";

export const greeter = defineContract({
  name: "acme.greeter",
  version: 1,
  hostToWorker: {
    greet: request({
      params: z.object({ name: z.string(), times: z.int().default(1) }),
      result: z.object({ text: z.string() }),
    }),
    tail: stream({ params: z.object({ file: z.string() }), item: z.string() }),
    flush: notification({ params: z.object({}) }),
  },
  workerToHost: {
    "state.get": request({
      params: z.object({ key: z.string() }),
      result: z.string().nullable(),
      capability: "state.read",
      scoped: true,
    }),
  },
});
