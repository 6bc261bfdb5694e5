import { defineContract, request } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";

export const mailer = defineContract({
  name: "docs.mailer",
  version: 1,
  hostToWorker: {
    send: request({ params: z.object({ to: z.string() }), result: z.object({ sent: z.boolean() }) }),
  },
  workerToHost: {
    "smtp.deliver": request({ params: z.object({ to: z.string() }), result: z.null() }),
  },
});
