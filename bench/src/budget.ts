/** How long a cell works. */
export interface Budget {
  readonly warmupMs: number;
  readonly measureMs: number;
  /** Least number of calls, warm-up and measurement each. */
  readonly calls: number;
  /** Least number of 1 MiB calls, likewise. */
  readonly largeCalls: number;
  /** Least number of calls of 10 KB before those measured: in a second they are too few for V8 to compile what they pass. */
  readonly warmupDocuments: number;
  /** Warm-up of calls of 1 MiB: in its first seconds V8 collects five times as often what is outside its heap. */
  readonly warmupLargeMs: number;
  /** Starts measured in one cell, after one that is not. */
  readonly starts: number;
  /** Divides the fleets: 1 for all workers. */
  readonly fleetDivisor: number;
}

export const fullBudget: Budget = {
  warmupMs: 1000,
  measureMs: 1000,
  calls: 200,
  largeCalls: 5,
  warmupDocuments: 15_000,
  warmupLargeMs: 3000,
  starts: 5,
  fleetDivisor: 1,
};

/** Proves that everything works; its figures mean nothing. */
export const shortBudget: Budget = {
  warmupMs: 0,
  measureMs: 0,
  calls: 5,
  largeCalls: 1,
  warmupDocuments: 5,
  warmupLargeMs: 0,
  starts: 1,
  fleetDivisor: 25,
};
