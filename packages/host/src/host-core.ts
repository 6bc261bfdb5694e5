import { availableParallelism } from "node:os";
import { type Contract, lifecycle } from "@outrigger/protocol";
import { checkKeys, didYouMean } from "@outrigger/protocol/authority";
import { createCrowding } from "./crowding.js";
import { guardedLogger } from "./guarded-logger.js";
import { defaultLogger } from "./host-logger.js";
import type { HostOptions } from "./host-options.js";
import { systemRuntime } from "./host-runtime.js";
import type { UntypedHandlers } from "./host-serving.js";
import { MAX_NICENESS } from "./lower-priority.js";
import { checkCounts, checkDelays, invalidOption, shown, withDefaults } from "./option-checks.js";
import { DEFAULT_RESTART_BUDGET, type RestartBudget } from "./restart-budget.js";
import { createRestartQueue } from "./restart-queue.js";
import { createTurns } from "./turns.js";
import type { HostCore } from "./worker-spec.js";

/**
 * What the workers of a host have in common.
 * @throws RpcError INVALID_PARAMS naming the handler that is missing, or that no method of the contract is for
 */
export function hostCore<C extends Contract>(contract: C, options: HostOptions<C>): HostCore {
  const handlers = (options?.handlers ?? {}) as UntypedHandlers;
  // First, since what is misspelled is missing, too.
  const stray = Object.keys(handlers).find((method) => !Object.hasOwn(contract.workerToHost, method));
  if (stray !== undefined) {
    const hint = didYouMean(stray, Object.keys(contract.workerToHost));
    const what = `the contract ${contract.name} has no worker→host method ${JSON.stringify(stray)}${hint}`;
    throw invalidOption(`handlers: ${what}`);
  }
  for (const [method, definition] of Object.entries(contract.workerToHost)) {
    const handler: unknown = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
    if (typeof handler === "function" || (handler === undefined && definition.optional)) continue;
    throw invalidOption(`handlers: the contract ${contract.name} needs a function for ${JSON.stringify(method)}`);
  }
  const { name, version } = options;
  const logger = options.logger ?? defaultLogger();
  const runtime = options.runtime ?? systemRuntime;
  const budget = resolveBudget(options.restartBudget);
  return {
    contract,
    outgoing: { ...contract.hostToWorker, ...lifecycle.hostToWorker },
    serving: { ...contract.workerToHost, ...lifecycle.workerToHost },
    handlers: { ...handlers },
    ...{ logger, runtime },
    restarts: createRestartQueue(budget, runtime.clock, () =>
      guardedLogger(logger).warn(
        { restartBudget: budget },
        "more workers crashed than may restart at once: they wait for their turn",
      ),
    ),
    starts: createTurns(resolveStarts(options.startsAtOnce)),
    crowding: createCrowding(resolveNice(options.nice), availableParallelism()),
    codec: options.codec,
    identity:
      name === undefined && version === undefined ? undefined : { name: name ?? "host", version: version ?? "0.0.0" },
  };
}

const STARTS_PER_PROCESSOR = 8;

function resolveStarts(startsAtOnce = STARTS_PER_PROCESSOR * availableParallelism()): number {
  checkCounts("options", { startsAtOnce });
  return startsAtOnce;
}

/** What nice(1) adds, too, unless it is told. */
const DEFAULT_NICE = 10;

function resolveNice(nice = DEFAULT_NICE): number {
  if (Number.isInteger(nice) && nice >= 0 && nice <= MAX_NICENESS) return nice;
  throw invalidOption(`nice: expected a whole number from 0 to ${MAX_NICENESS}, got ${shown(nice)}`);
}

function resolveBudget(given: HostOptions<Contract>["restartBudget"]): RestartBudget {
  if (given !== undefined) checkKeys("restartBudget", given, Object.keys(DEFAULT_RESTART_BUDGET));
  const budget = withDefaults(DEFAULT_RESTART_BUDGET, given);
  checkCounts("restartBudget", { restarts: budget.restarts });
  checkDelays("restartBudget", { periodMs: budget.periodMs });
  return budget;
}
