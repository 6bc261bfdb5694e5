import type { Budget } from "./budget.js";
import type { BenchPeer } from "./peers.js";
import type { Series } from "./results.js";
import { type CellResult, runCell } from "./run-cell.js";
import type { Figures, Workload } from "./workload.js";

/** A peer, and the built bench that measures it. */
export interface Entrant extends BenchPeer {
  readonly folder: string;
  readonly adapter: string;
}

export interface Plan {
  readonly entrants: readonly Entrant[];
  readonly workloads: readonly Workload[];
  readonly rounds: number;
  readonly budget: Budget;
  readonly prefix: readonly string[];
}

export interface Progress {
  cell(done: number, all: number, what: string): void;
  failed(failure: string): void;
}

const roundsOf = (workload: Workload, rounds: number): number => Math.min(rounds, workload.maxRounds ?? rounds);

/** Interleaved: in a round every peer does the workload once, so that all meet the same noise. */
export async function runRounds(plan: Plan, progress: Progress): Promise<Series[]> {
  const { entrants, workloads, rounds, budget, prefix } = plan;
  const all = workloads.reduce((sum, workload) => sum + roundsOf(workload, rounds) * entrants.length, 0);
  const figures = new Map<string, (Figures | null)[]>();
  let done = 0;
  for (let round = 0; round < rounds; round++) {
    for (const workload of workloads) {
      if (round >= roundsOf(workload, rounds)) continue;
      // A different one begins each time: the order must not favour anyone.
      const order = entrants.map((_, at) => entrants[(at + round) % entrants.length] as Entrant);
      for (const { name, adapter, folder } of order) {
        progress.cell(done++, all, `round ${round + 1} of ${rounds}: ${workload.name}, ${name}`);
        const result: CellResult = await runCell(folder, prefix, { peer: adapter, workloads: [workload.name], budget });
        if ("failure" in result) progress.failed(result.failure);
        const measured = "failure" in result ? null : (result.answer[workload.name] ?? null);
        const key = `${name} ${workload.name}`;
        figures.set(key, [...(figures.get(key) ?? []), measured]);
      }
    }
  }
  return entrants.flatMap(({ name }) =>
    workloads.map((workload) => ({
      peer: name,
      workload: workload.name,
      rounds: figures.get(`${name} ${workload.name}`) ?? [],
    })),
  );
}
