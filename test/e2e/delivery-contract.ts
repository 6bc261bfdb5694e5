import { defineContract, request, stream } from "@outrigger/protocol";
import { pluginContract } from "@outrigger/protocol/plugin-contract";
import { z } from "zod";

const nothing = z.object({});

/** What a worker that is killed again and again is asked. */
export const delivery = defineContract({
  name: "outrigger.test.delivery",
  version: 1,
  hostToWorker: {
    onEvent: pluginContract.hostToWorker.onEvent,
    /** Answers with its pid, and the number it was given, after the host has let it. */
    look: request({
      params: z.object({ n: z.int() }),
      result: z.object({ n: z.int(), pid: z.int() }),
      idempotent: true,
    }),
    change: request({ params: z.object({ n: z.int() }), result: z.object({ n: z.int(), pid: z.int() }) }),
    /** Asks the host to `hold`, and tells what came of it when it is cancelled itself. */
    nest: request({ params: nothing, result: z.string() }),
    /** What `nest` ended with. */
    nested: request({ params: nothing, result: z.string() }),
    /** Tells the host that it runs, and goes on when it is cancelled. */
    ignore: request({ params: nothing, result: z.null() }),
    /** Sends an item, tells the host, and goes on when it is cancelled. */
    "ignore-stream": stream({ params: nothing, item: z.int() }),
    /** How much time its host left it, and what it leaves a nested call. */
    time: request({ params: nothing, result: z.object({ here: z.number(), there: z.number() }), timeoutMs: 7_000 }),
  },
  workerToHost: {
    "events.subscribe": pluginContract.workerToHost["events.subscribe"],
    "events.unsubscribe": pluginContract.workerToHost["events.unsubscribe"],
    handled: request({ params: z.object({ id: z.string() }), result: z.null() }),
    running: request({ params: nothing, result: z.null() }),
    hold: request({ params: nothing, result: z.null() }),
    /** When its caller stops waiting, ms from now. */
    left: request({ params: nothing, result: z.number() }),
  },
});
