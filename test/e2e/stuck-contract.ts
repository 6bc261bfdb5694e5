import { defineContract, request } from "@outrigger/protocol";
import { z } from "zod";

const nothing = z.object({});
const never = request({ params: nothing, result: z.never() });

/** What `fixtures/stuck-plugin.ts` does to its main thread. */
export const stuckContract = defineContract({
  name: "outrigger.test.stuck",
  version: 1,
  hostToWorker: {
    echo: request({ params: z.object({ value: z.string() }), result: z.string() }),
    spin: never,
    backtrack: never,
    /** Stands still so long, then answers. */
    block: request({ params: z.object({ ms: z.int() }), result: z.string() }),
    /** The same in a system call, where V8 does not see it. */
    waitForChild: request({ params: z.object({ ms: z.int() }), result: z.string() }),
    /** Answers after so long, its main thread free. */
    sleep: request({ params: z.object({ ms: z.int() }), result: z.string() }),
    /** Takes more and more memory that V8's heap limit does not count. */
    leak: never,
    /** A forged report of a hang. */
    forge: request({ params: z.object({ line: z.string() }), result: z.string() }),
  },
  workerToHost: {},
});
