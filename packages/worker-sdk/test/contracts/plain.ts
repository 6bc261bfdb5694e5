import { defineContract, notification, request, stream } from "@outrigger/protocol";
import { z } from "zod";

const any = { params: z.unknown(), result: z.unknown() };

/** Says nothing of its params: the tests are about calls, not about their content. */
export const plain = defineContract({
  name: "acme.plain",
  version: 3,
  hostToWorker: {
    run: request({ ...any, optional: true }),
    other: request({ ...any, optional: true }),
    items: stream({ params: z.unknown(), item: z.unknown(), optional: true }),
    tell: notification({ params: z.unknown(), optional: true }),
  },
  workerToHost: {
    ask: request({ ...any }),
    slow: request({ ...any, timeoutMs: 60_000 }),
    readings: stream({ params: z.unknown(), item: z.unknown() }),
    note: notification({ params: z.unknown() }),
  },
});
