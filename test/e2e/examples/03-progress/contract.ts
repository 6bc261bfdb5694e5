import { defineContract, request } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";

export const importer = defineContract({
  name: "docs.importer",
  version: 1,
  hostToWorker: {
    importAll: request({
      params: z.object({ files: z.array(z.string()) }),
      result: z.object({ imported: z.int() }),
      progress: z.object({ done: z.int(), total: z.int() }),
    }),
  },
});
