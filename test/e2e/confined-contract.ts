import { defineContract, request } from "@outrigger/protocol";
import { z } from "zod";

const outcome = z.object({ outcome: z.string() });
const at = z.object({ path: z.string() });

/** What a plugin may do: each method tries, and tells "allowed" or the code of the error. */
export const confined = defineContract({
  name: "outrigger.test.confined",
  version: 1,
  hostToWorker: {
    read: request({ params: at, result: outcome }),
    write: request({ params: at, result: outcome }),
    /** Reads in a thread that has options of its own. */
    sneak: request({ params: at, result: outcome }),
    spawn: request({ params: z.object({}), result: outcome }),
    thread: request({ params: z.object({}), result: outcome }),
    connect: request({ params: z.object({ port: z.int() }), result: outcome }),
    hang: request({ params: z.object({ ms: z.int() }), result: z.object({}) }),
  },
  workerToHost: {},
});
