import { defineContract, notification, request } from "@outrigger/protocol";
import { z } from "zod";

/** How a worker lives when its host is killed. */
export const LIVES = ["idle", "in a call", "hung", "with a child", "hung with a child", "with an open server"] as const;

export const doomed = defineContract({
  name: "outrigger.test.doomed",
  version: 1,
  hostToWorker: {
    /** Answers when it lives so. */
    live: request({ params: z.object({ life: z.enum(LIVES) }), result: z.null() }),
    hang: notification({ params: z.object({}) }),
    wait: request({ params: z.object({}), result: z.null() }),
  },
  workerToHost: { running: request({ params: z.object({}), result: z.null() }) },
});
