/** How long a cell works. */
export interface Budget {
  /** What V8 still compiles, and how it sizes its heap, makes other figures of the first two or three seconds. */
  readonly warmupMs: number;
  readonly measureMs: number;
  /** Least number of calls, warm-up and measurement each. */
  readonly calls: number;
  /** Least number of 1 MiB calls, likewise. */
  readonly largeCalls: number;
  /** Least number of calls of 10 KB before those measured: slow peers make too few in that time for V8 to compile what they pass. */
  readonly warmupDocuments: number;
  /** Starts measured in one cell, after one that is not. */
  readonly starts: number;
  /** Divides the fleets: 1 for all workers. */
  readonly fleetDivisor: number;
}

/** `measureMs`: default 1,000. */
export const fullBudget = (measureMs = 1000): Budget => ({
  warmupMs: 3 * measureMs,
  measureMs,
  calls: 200,
  largeCalls: 5,
  warmupDocuments: 15_000,
  starts: 5,
  fleetDivisor: 1,
});

/** Proves that everything works; its figures mean nothing. */
export const shortBudget: Budget = {
  warmupMs: 0,
  measureMs: 0,
  calls: 5,
  largeCalls: 1,
  warmupDocuments: 5,
  starts: 1,
  fleetDivisor: 25,
};
