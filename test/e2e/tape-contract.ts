import { defineContract, notification, request, stream } from "@outrigger/protocol";
import { z } from "zod";

const nothing = z.object({});

export const taped = defineContract({
  name: "outrigger.test.taped",
  version: 1,
  hostToWorker: {
    greet: request({
      params: z.object({ name: z.string(), times: z.int().default(1) }),
      result: z.object({ text: z.string() }),
      progress: z.object({ step: z.int() }),
    }),
    login: request({
      params: z.object({ user: z.string(), token: z.string() }),
      result: z.object({ session: z.string() }),
      secret: { params: ["token"], result: ["session"] },
    }),
    count: stream({ params: z.object({ to: z.int().optional() }), item: z.int() }),
    reverse: request({
      params: z.object({ bytes: z.instanceof(Uint8Array) }),
      result: z.instanceof(Uint8Array),
    }),
    sum: request({ params: nothing, result: z.int(), input: z.int() }),
    /** Calls the host, which does not answer. */
    wait: request({ params: nothing, result: z.null() }),
    fail: request({ params: nothing, result: z.null() }),
    note: notification({ params: z.object({ text: z.string() }) }),
    "exit-with": request({ params: z.object({ code: z.int() }), result: z.null() }),
  },
  workerToHost: {
    "state.get": request({ params: z.object({ key: z.string() }), result: z.string().nullable(), scoped: true }),
    running: request({ params: nothing, result: z.null() }),
    noted: notification({ params: z.object({ text: z.string() }) }),
  },
});
