import { defineContract, request } from "@outrigger/protocol";
import { z } from "zod";

const folder = z.string().nullable();

export const cached = defineContract({
  name: "outrigger.test.cached",
  version: 1,
  hostToWorker: {
    /** Where its Node keeps compiled code, and where that of a process it starts would. */
    folders: request({ params: z.object({}), result: z.object({ own: folder, inherited: folder }) }),
  },
});
