import type { Budget } from "./budget.js";
import type { HostSide, Station } from "./link.js";

export interface Metric {
  readonly name: string;
  /** As a row of the table. */
  readonly title: string;
  readonly unit: string;
  readonly better: "lower" | "higher";
}

export interface Bench {
  readonly budget: Budget;
  /** Opens the peer's host; `host` replaces what workers call. */
  open(host?: Partial<HostSide>): Promise<Station>;
}

/** By name of metric. */
export type Figures = { readonly [metric: string]: number };

export interface Workload {
  readonly name: string;
  readonly metrics: readonly Metric[];
  /** At most so many rounds: for what takes long and varies little. */
  readonly maxRounds?: number;
  /** `undefined` when the peer cannot do it; a figure that is missing could not be measured. */
  run(bench: Bench): Promise<Figures | undefined>;
}
