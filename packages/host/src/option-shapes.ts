import type { Contract } from "@outrigger/protocol";
import { checkKeys, checkObject, MAX_NAME } from "@outrigger/protocol/authority";
import type { CancelPolicy } from "./cancel-policy.js";
import type { InheritEnv } from "./environment.js";
import { DEFAULT_RESTART_RULES } from "./exit-reason.js";
import { isLogger, LOG_LEVELS } from "./guarded-logger.js";
import type { HostLimits, HostOptions, SharedOptions, StartOptions, Timeouts } from "./host-options.js";
import type { LivenessSettings } from "./liveness-state.js";
import { invalidOption, shown } from "./option-checks.js";
import type { CompileCacheLimits } from "./resolve-compile-cache.js";
import type { RestartPolicy } from "./restart-policy.js";

type KeysOf<T> = T extends unknown ? keyof T : never;
/** All names of an interface, so that none can be forgotten here. */
type Names<T> = Readonly<Record<KeysOf<T>, true>>;

const names = <T>(all: Names<T>): readonly string[] => Object.keys(all);

const SHARED: Names<SharedOptions> = {
  ...{
    restart: true,
    timeouts: true,
    limits: true,
    liveness: true,
    cancel: true,
    compileCache: true,
    missingCapabilities: true,
    env: true,
    inheritEnv: true,
  },
};
const HOST = names<HostOptions<Contract>>({
  ...SHARED,
  ...{
    restartBudget: true,
    startsAtOnce: true,
    nice: true,
    name: true,
    version: true,
    logger: true,
    codec: true,
    runtime: true,
    handlers: true,
  },
});
const START = names<StartOptions>({
  ...SHARED,
  ...{ entry: true, execArgv: true, nodePath: true, args: true, permissions: true, integrity: true },
  ...{ command: true, launcher: true },
  ...{ capabilities: true, cwd: true, manifest: true, config: true, record: true },
});
const TIMEOUTS = names<Timeouts>({
  callMs: true,
  initializeMs: true,
  drainMs: true,
  terminateMs: true,
  killMs: true,
});
const LIMITS = names<HostLimits>({
  ...{ messageBytes: true, depth: true, values: true },
  ...{ outgoingCalls: true, incomingCalls: true, incomingBytes: true },
  ...{ streamItems: true, streamBytes: true, unsentBytes: true, heapMb: true, rssMb: true },
  ...{ invocations: true, invocationGraceMs: true, notificationScopeMs: true, scopeBytes: true },
  ...{ channels: true, subscriptions: true, resendBytes: true },
  ...{ stderrTailCharacters: true, logLinesPerSecond: true, logBurst: true },
});
const LIVENESS = names<LivenessSettings>({ pingMs: true, unresponsiveAfterMs: true, onHang: true });
const COMPILE_CACHE = names<CompileCacheLimits>({ maxBytes: true });
const CANCEL = names<CancelPolicy>({ graceMs: true, onIgnored: true, maxWatched: true });
const RESTART = names<RestartPolicy>({
  ...{ type: true, intensity: true, periodMs: true, initialDelayMs: true, factor: true },
  ...{ maxDelayMs: true, jitter: true, stableAfterMs: true, rules: true },
});
const INHERIT = names<InheritEnv>({ proxy: true, certificates: true, home: true, locale: true, names: true });

/**
 * Checks the shape of the options of `createHost`; what stands in them is checked where it is used.
 * @throws RpcError INVALID_PARAMS naming the option, what was expected and what it got
 */
export function checkHostOptions(options: unknown): void {
  const given = checkKeys("createHost", options, HOST);
  checkShared(given);
  for (const option of ["name", "version"]) checkText(option, given[option]);
  if (given.handlers !== undefined) checkObject("handlers", given.handlers);
  const { logger, codec } = given as Partial<HostOptions<Contract>>;
  if (logger !== undefined && !(isLogger(logger) && typeof logger.child === "function")) {
    throw invalidOption(
      `logger: expected pino or a logger of its shape, with ${LOG_LEVELS.join(", ")} and child, got ${shown(logger)}`,
    );
  }
  if (codec !== undefined && !(typeof codec?.encode === "function" && typeof codec.decode === "function")) {
    throw invalidOption(`codec: expected an object with encode and decode, got ${shown(codec)}`);
  }
}

/** Checks the shape of the options of a start. @throws RpcError INVALID_PARAMS like {@link checkHostOptions} */
export function checkStartOptions(options: unknown): void {
  const given = checkKeys("start", options, START);
  checkShared(given);
  if (given.entry !== undefined) return;
  for (const option of ["permissions", "integrity"]) {
    if (given[option] === undefined) continue;
    throw invalidOption(
      `${option}: goes with entry only, nothing here could enforce it; isolate by the command itself, as docker run does`,
    );
  }
  const stray = ["execArgv", "nodePath", "args"].find((option) => given[option] !== undefined);
  if (stray === undefined) return;
  throw invalidOption(`${stray}: goes with entry only; put the arguments of a command into command itself`);
}

function checkShared(given: Readonly<Record<string, unknown>>): void {
  const { restart, timeouts, limits, liveness, cancel, compileCache, env, inheritEnv } = given;
  if (timeouts !== undefined) checkKeys("timeouts", timeouts, TIMEOUTS);
  if (limits !== undefined) checkKeys("limits", limits, LIMITS);
  if (liveness !== undefined && liveness !== false) checkKeys("liveness", liveness, LIVENESS);
  if (cancel !== undefined) checkKeys("cancel", cancel, CANCEL);
  if (compileCache !== undefined && compileCache !== false) checkKeys("compileCache", compileCache, COMPILE_CACHE);
  if (env !== undefined) checkObject("env", env);
  if (restart !== undefined) {
    const { rules } = checkKeys("restart", restart, RESTART);
    if (rules !== undefined) checkKeys("restart.rules", rules, Object.keys(DEFAULT_RESTART_RULES));
  }
  if (inheritEnv === undefined) return;
  const { names: inherited, ...groups } = checkKeys("inheritEnv", inheritEnv, INHERIT);
  for (const [group, value] of Object.entries(groups)) {
    if (value === undefined || typeof value === "boolean") continue;
    throw invalidOption(`inheritEnv.${group}: expected true or false, got ${shown(value)}`);
  }
  if (inherited !== undefined && !Array.isArray(inherited)) {
    throw invalidOption(`inheritEnv.names: expected a list of names of variables, got ${shown(inherited)}`);
  }
}

function checkText(option: string, value: unknown): void {
  if (value === undefined) return;
  if (typeof value !== "string" || value === "") throw invalidOption(`${option}: expected text, got ${shown(value)}`);
  if (value.length <= MAX_NAME) return;
  throw invalidOption(`${option}: expected at most ${MAX_NAME} characters, got ${value.length}`);
}
