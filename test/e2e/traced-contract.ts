import { defineContract, notification, request, stream } from "@outrigger/protocol";
import { z } from "zod";

const nothing = z.object({});
const span = z.object({
  name: z.string(),
  kind: z.int(),
  traceId: z.string(),
  spanId: z.string(),
  parentSpanId: z.string().optional(),
  attributes: z.record(z.string(), z.unknown()),
  status: z.object({ code: z.int(), message: z.string().optional() }),
});
/** A finished span, as far as it matters. */
export type FinishedSpan = z.output<typeof span>;

export const traced = defineContract({
  name: "outrigger.test.traced",
  version: 1,
  hostToWorker: {
    visit: request({ params: z.object({ page: z.string() }), result: z.string() }),
    /** What the handler's context says, and what the host is told by the calls it makes. */
    context: request({ params: nothing, result: z.array(z.string().nullable()) }),
    /** The trace the handler is called in. */
    where: request({ params: nothing, result: z.string().nullable() }),
    /** What the host answers to `trace.further`. */
    relay: request({ params: nothing, result: z.string().nullable() }),
    lines: stream({ params: nothing, item: z.string() }),
    nudge: notification({ params: nothing }),
    fail: request({ params: nothing, result: z.null() }),
    /** The spans of the worker so far. */
    spans: request({ params: nothing, result: z.array(span) }),
  },
  workerToHost: {
    look: request({ params: z.object({ page: z.string() }), result: z.string() }),
    pages: stream({ params: nothing, item: z.string() }),
    /** Answers with the trace it was called in. */
    trace: request({ params: nothing, result: z.string().nullable() }),
    /** Answers with the trace that another worker of the host was called in meanwhile. */
    "trace.further": request({ params: nothing, result: z.string().nullable() }),
  },
});
