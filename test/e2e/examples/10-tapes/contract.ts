import { defineContract, request } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";

export const vault = defineContract({
  name: "docs.vault",
  version: 1,
  hostToWorker: {
    open: request({
      params: z.object({ user: z.string(), pin: z.string() }),
      result: z.object({ greeting: z.string() }),
      // What no tape shows. `secret: true` would hide all of its calls.
      secret: { params: ["pin"] },
    }),
  },
  workerToHost: {
    "users.title": request({ params: z.object({ user: z.string() }), result: z.string() }),
  },
});
