import type { Budget } from "./budget.js";
import type { Adapter, HostSide } from "./link.js";
import type { Figures } from "./workload.js";
import { workloads } from "./workloads.js";

/** What to measure, as the arguments of a process of its own. */
export interface CellTask {
  readonly peer: string;
  readonly workloads: readonly string[];
  readonly budget: Budget;
}

/** The only line the process prints: figures by workload, `null` when the peer cannot do it. */
export type CellAnswer = { readonly [workload: string]: Figures | null };

const task = JSON.parse(process.argv[2] ?? "{}") as CellTask;
const adapter = (await import(`./adapters/${task.peer}/host.js`)) as Adapter;
const host: HostSide = { increment: (n) => n + 1, event: () => {} };
const answer: { [workload: string]: Figures | null } = {};
for (const name of task.workloads) {
  const workload = workloads.find((one) => one.name === name);
  if (workload === undefined) throw new Error(`no workload ${name}`);
  process.stderr.write(`${name}\n`);
  const { budget } = task;
  const figures = await workload.run({ budget, open: async (replaced) => adapter.open({ ...host, ...replaced }) });
  answer[name] = figures ?? null;
}
// Some peers keep the process alive for a while; the measurement is over.
process.stdout.write(`${JSON.stringify(answer)}\n`, () => process.exit(0));
