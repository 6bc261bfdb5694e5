import * as z from "zod";
import { request } from "../contract.js";
import { json, key, name, timestamp } from "./bounded-values.js";
import { progress, tenant } from "./call-context.js";

/** One run of a job. */
export const jobRun = z.object({
  /** The same when the run is tried again. */
  id: key,
  /** Whose data it works on; none for a job of the whole plugin. */
  tenant: tenant.optional(),
  trigger: z.enum(["schedule", "manual", "event", "retry"]),
  /** When it was due. */
  scheduledAt: timestamp.optional(),
  /** 1 for the first try. */
  attempt: z.int().min(1).default(1),
});
/** One run of a job: what `runJob` receives as `run`. */
export type JobRun = z.output<typeof jobRun>;

export const jobToWorker = {
  /** Runs a job. What it returns is kept with the run. Default timeout 15 minutes. */
  runJob: request({
    params: z.object({ job: name, run: jobRun, params: json.optional() }),
    result: json,
    progress,
    timeoutMs: 15 * 60_000,
    optional: true,
  }),
} as const;
