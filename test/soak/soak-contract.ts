import { defineContract, notification, request, stream } from "@outrigger/protocol";
import { z } from "zod";

const n = z.object({ n: z.int() });

/** How a worker goes wrong when told to. */
export const MISDEEDS = [
  "exit",
  "throw",
  "hang",
  "flood",
  "garble",
  "endless-line",
  "close-stdin",
  "leave-child",
] as const;
export type Misdeed = (typeof MISDEEDS)[number];

export const soakContract = defineContract({
  name: "outrigger.test.soak",
  version: 1,
  hostToWorker: {
    echo: request({ params: n, result: z.object({ n: z.int(), worker: z.string() }) }),
    /** Asks the host for the tenant of its scope, and answers with it. */
    nested: request({ params: n, result: z.object({ n: z.int(), tenant: z.string() }) }),
    slow: request({ params: z.object({ n: z.int(), ms: z.int() }), result: n }),
    count: stream({ params: z.object({ to: z.int() }), item: n }),
    misbehave: notification({ params: z.object({ how: z.enum(MISDEEDS) }) }),
  },
  workerToHost: {
    tenant: request({ params: n, result: z.string(), scoped: true }),
    /** A call begins to run: by this the host knows what ran, and how often. */
    ran: notification({ params: n }),
    noise: notification({ params: z.object({ text: z.string() }) }),
  },
});
