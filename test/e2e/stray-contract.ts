import { defineContract, request } from "@outrigger/protocol";
import { z } from "zod";

/** Calls that carry a tenant's authority, from a process in which something else writes to stdout. */
export const strayContract = defineContract({
  name: "outrigger.stray",
  version: 1,
  hostToWorker: {
    /** Asks for its tenant's secret four times in a row; before the third a library prints a dot. */
    ask: request({ params: z.object({}), result: z.string() }),
    /** Asks four times, and stays in flight until `leave` is called. */
    stay: request({ params: z.object({}), result: z.null() }),
    leave: request({ params: z.object({}), result: z.null() }),
  },
  workerToHost: {
    secret: request({
      params: z.object({ turn: z.int(), token: z.string() }),
      result: z.string(),
      scoped: true,
      capability: "secrets",
      secret: true,
    }),
  },
});
