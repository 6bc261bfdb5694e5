import * as z from "@outrigger/protocol/zod-mini";
import { request } from "../contract.js";
import { json, key, name, timestamp } from "./bounded-values.js";
import { progress, tenant } from "./call-context.js";

/** One run of a job. */
export const jobRun = z.object({
  /** The same when the run is tried again. */
  id: key,
  /** Whose data it works on; none for a job of the whole plugin. */
  tenant: z.optional(tenant),
  trigger: z.enum(["schedule", "manual", "event", "retry"]),
  /** When it was due. */
  scheduledAt: z.optional(timestamp),
  /** 1 for the first try. */
  attempt: z._default(z.int().check(z.minimum(1)), 1),
});
/** One run of a job: what `runJob` receives as `run`. */
export type JobRun = z.output<typeof jobRun>;

export const jobToWorker = {
  /** Runs a job. What it returns is kept with the run. Default timeout 15 minutes. */
  runJob: request({
    params: z.object({ job: name, run: jobRun, params: z.optional(json) }),
    result: json,
    progress,
    timeoutMs: 15 * 60_000,
    optional: true,
  }),
} as const;
