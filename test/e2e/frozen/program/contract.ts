import { defineContract, notification, request, stream } from "@outrigger/protocol";
import { z } from "zod";

const nothing = z.object({});

/** All that both ends could do when the first pair was frozen. */
export const frozen = defineContract({
  name: "outrigger.test.frozen",
  version: 1,
  hostToWorker: {
    greet: request({
      params: z.object({ name: z.string(), times: z.int().default(1) }),
      result: z.object({ text: z.string() }),
    }),
    "delete-state": request({ params: nothing, result: z.null() }),
    /** Reports as far as told, then answers. */
    work: request({ params: z.object({ steps: z.int() }), result: z.string(), progress: z.object({ step: z.int() }) }),
    /** Tells the host that it runs, in a call that is never answered; then its own signal aborts. */
    wait: request({ params: nothing, result: z.null() }),
    /** Answers when the host has answered `running`. */
    finish: request({ params: nothing, result: z.string() }),
    fail: request({ params: z.object({ code: z.int() }), result: z.null() }),
    "exit-with": request({ params: z.object({ code: z.int() }), result: z.null() }),
    count: stream({ params: z.object({ to: z.int().optional() }), item: z.int() }),
    /** Reads this many of the host's ticks. */
    "read-ticks": request({ params: z.object({ count: z.int() }), result: z.array(z.int()) }),
    note: notification({ params: z.object({ text: z.string() }) }),
    spare: request({ params: nothing, result: z.null(), optional: true }),
  },
  workerToHost: {
    "state.get": request({
      params: z.object({ key: z.string() }),
      result: z.string().nullable(),
      capability: "state.read",
      scoped: true,
    }),
    "state.delete": request({ params: nothing, result: z.null(), capability: "state.write", scoped: true }),
    running: request({ params: z.object({ forever: z.boolean() }), result: z.null() }),
    ended: notification({ params: z.object({ what: z.string() }) }),
    ticks: stream({ params: nothing, item: z.int() }),
  },
});
