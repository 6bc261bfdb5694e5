import { defineContract, request } from "@outrigger/protocol";
import { z } from "zod";

const nothing = z.object({});

/** Calls that go host → worker → host → worker. */
export const chained = defineContract({
  name: "outrigger.test.chained",
  version: 1,
  hostToWorker: {
    /** Asks the host, whose handler asks the worker again. */
    outer: request({ params: nothing, result: z.null() }),
    /** Answers only when it is cancelled. */
    inner: request({ params: nothing, result: z.null() }),
    /** How many calls of `inner` were cancelled, after one was. */
    cancelled: request({ params: nothing, result: z.int() }),
  },
  workerToHost: {
    further: request({ params: nothing, result: z.null() }),
  },
});
