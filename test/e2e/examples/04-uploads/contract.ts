import { defineContract, request } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";

export const ledger = defineContract({
  name: "docs.ledger",
  version: 1,
  hostToWorker: {
    importRows: request({
      params: z.object({ book: z.string() }),
      // Each row of the caller is checked by this where the handler reads it.
      input: z.object({ amount: z.number() }),
      result: z.object({ rows: z.int(), total: z.number() }),
    }),
  },
});
