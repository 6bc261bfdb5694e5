import type { Workload } from "./workload.js";
import { callWorkloads } from "./workloads/calls.js";
import { costWorkloads } from "./workloads/costs.js";
import { fleetWorkloads } from "./workloads/fleets.js";
import { payloadWorkloads } from "./workloads/payloads.js";
import { toHostWorkloads } from "./workloads/to-host.js";

export const workloads: readonly Workload[] = [
  ...callWorkloads,
  ...payloadWorkloads,
  ...toHostWorkloads,
  ...costWorkloads,
  ...fleetWorkloads,
];
