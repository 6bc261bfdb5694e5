import { defineContract, request, stream } from "@outrigger/protocol";
import { z } from "zod";

const nothing = z.object({});

export const greeter = defineContract({
  name: "outrigger.test.greeter",
  version: 1,
  hostToWorker: {
    greet: request({
      params: z.object({ name: z.string(), times: z.int().default(1) }),
      result: z.object({ text: z.string() }),
    }),
    pid: request({ params: nothing, result: z.int() }),
    /** Never answered. */
    hang: request({ params: nothing, result: z.string() }),
    /** Tells the host when it runs, and answers when its signal or the host's word lets it. */
    finish: request({ params: nothing, result: z.string() }),
    wrong: request({ params: nothing, result: z.object({ count: z.int() }) }),
    fail: request({ params: z.object({ code: z.int() }), result: z.string() }),
    "exit-with": request({ params: z.object({ code: z.int() }), result: z.string() }),
    "write-to-stderr": request({ params: z.object({ text: z.string() }), result: z.null() }),
    /** Starts a process that connects to this port, and lives. */
    "start-child": request({ params: z.object({ port: z.int() }), result: z.null() }),
    count: stream({ params: z.object({ to: z.int() }), item: z.int() }),
    spare: request({ params: nothing, result: z.string(), optional: true }),
  },
  workerToHost: {
    "state.get": request({
      params: z.object({ key: z.string() }),
      result: z.string().nullable(),
      capability: "state.read",
      scoped: true,
    }),
    running: request({ params: nothing, result: z.null() }),
  },
});
