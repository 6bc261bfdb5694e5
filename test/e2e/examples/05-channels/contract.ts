import { defineContract, notification, request } from "@outrigger/protocol";
import * as z from "@outrigger/protocol/zod";

const channel = z.string();

export const builder = defineContract({
  name: "docs.builder",
  version: 1,
  hostToWorker: {
    build: request({ params: z.object({}), result: z.null() }),
  },
  // pluginContract has these with any JSON as data; optional, because the host subscribes instead of having handlers.
  workerToHost: {
    "channels.open": notification({ params: z.object({ channel }), scoped: true, optional: true }),
    "channels.emit": notification({
      params: z.object({ channel, data: z.object({ step: z.string() }) }),
      scoped: true,
      optional: true,
    }),
    "channels.close": notification({
      params: z.object({ channel, reason: z.string().optional() }),
      scoped: true,
      optional: true,
    }),
  },
});
