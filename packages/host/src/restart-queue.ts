import type { HostRuntime } from "./host-runtime.js";
import { type GrantedRestarts, grantRestart, type RestartBudget } from "./restart-budget.js";

/** How the restarts of all workers of a host stand to their budget. */
export interface RestartStats extends RestartBudget {
  /** Granted in the period that ends now. */
  readonly recent: number;
  /** Workers whose backoff is over, and which wait for their turn. */
  readonly waiting: number;
  /** How many had to wait since the host was made. */
  readonly delayed: number;
}

/** The restarts of all workers of a host, one after the other where there are too many: delayed, never lost. */
export interface RestartQueue {
  /** Calls `go` when the worker may restart, at once if it may. Returns what gives up the place. */
  enter(worker: object, go: () => void): () => void;
  /** When the worker has its turn, unless others give up theirs; `undefined` when it does not wait. */
  turnOf(worker: object): number | undefined;
  readonly stats: RestartStats;
}

/** @param onDelay told when the first one has to wait */
export function createRestartQueue(
  budget: RestartBudget,
  clock: HostRuntime["clock"],
  onDelay: () => void,
): RestartQueue {
  const waiting = new Map<object, () => void>();
  let granted: GrantedRestarts = [];
  let delayed = 0;
  let cancelTimer: (() => void) | undefined;

  const rest = (): void => {
    cancelTimer?.();
    cancelTimer = undefined;
  };
  const advance = (): void => {
    rest();
    for (const [worker, go] of waiting) {
      const now = clock.now();
      const grant = grantRestart(budget, granted, now);
      if (grant.at > now) {
        rest();
        cancelTimer = clock.setTimer(advance, Math.ceil(grant.at - now));
        return;
      }
      granted = grant.granted;
      waiting.delete(worker);
      go();
    }
  };
  return {
    enter(worker, go) {
      waiting.set(worker, go);
      if (cancelTimer === undefined) advance();
      if (waiting.get(worker) === go) {
        delayed++;
        if (waiting.size === 1) onDelay();
      }
      return () => {
        if (waiting.get(worker) === go) waiting.delete(worker);
        if (waiting.size === 0) rest();
      };
    },
    turnOf(worker) {
      if (!waiting.has(worker)) return undefined;
      let times = granted;
      for (const other of waiting.keys()) {
        const grant = grantRestart(budget, times, clock.now());
        if (other === worker) return grant.at;
        times = grant.granted;
      }
      return undefined;
    },
    get stats() {
      const since = clock.now() - budget.periodMs;
      return { ...budget, recent: granted.filter((at) => at > since).length, waiting: waiting.size, delayed };
    },
  };
}
