import { defineContract, request } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";

export const ledger = defineContract({
  name: "docs.ledger",
  version: 1,
  hostToWorker: {
    // It may run twice without harm: sent once more, if its worker dies of it or with it.
    total: request({
      params: z.object({ of: z.array(z.number()) }),
      result: z.number(),
      idempotent: true,
      timeoutMs: 10_000,
    }),
    charge: request({ params: z.object({ amount: z.number() }), result: z.null() }),
  },
  workerToHost: {
    process: request({ params: z.object({}), result: z.int() }),
  },
});
