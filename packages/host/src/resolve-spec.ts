import { type Codec, type Contract, DEFAULT_PEER_LIMITS } from "@outrigger/protocol";
import {
  checkCapabilityNames,
  DEFAULT_CHANNEL_LIMITS,
  DEFAULT_INVOCATION_LIMITS,
  DEFAULT_SUBSCRIPTIONS,
} from "@outrigger/protocol/authority";
import { resolveCancel } from "./cancel-policy.js";
import { commandLauncher } from "./command-launcher.js";
import { workerEnvironment } from "./environment.js";
import type { HostLimits, SharedOptions, StartOptions, Timeouts } from "./host-options.js";
import type { HostRuntime } from "./host-runtime.js";
import type { Launcher } from "./launcher.js";
import { DEFAULT_LOG_LIMITS } from "./log-bridge.js";
import { nodeLauncher } from "./node-launcher.js";
import { checkCounts, checkDelays, invalidOption, shown, withDefaults } from "./option-checks.js";
import { checkStartOptions } from "./option-shapes.js";
import { resolveCompileCache } from "./resolve-compile-cache.js";
import { resolveLiveness } from "./resolve-liveness.js";
import { resolveRecord } from "./resolve-record.js";
import { DEFAULT_RESTART_POLICY, type RestartPolicy } from "./restart-policy.js";
import { DEFAULT_SHUTDOWN_BUDGET } from "./shutdown-plan.js";
import { DEFAULT_STDERR_TAIL } from "./stderr-tail.js";
import type { WorkerLimits, WorkerSpec } from "./worker-spec.js";

const MAX_DEFAULT_CALL_MS = 900_000;
const { callTimeoutMs, ...peerDefaults } = DEFAULT_PEER_LIMITS;

const DEFAULT_TIMEOUTS: Timeouts = {
  callMs: callTimeoutMs,
  initializeMs: 15_000,
  drainMs: DEFAULT_SHUTDOWN_BUDGET.drainMs,
  terminateMs: DEFAULT_SHUTDOWN_BUDGET.terminateMs,
  killMs: DEFAULT_SHUTDOWN_BUDGET.killMs,
};

/** Those that are no limits unless they are given. */
type Unlimited = "heapMb" | "rssMb";

const DEFAULT_LIMITS: Omit<HostLimits, Unlimited> = {
  ...peerDefaults,
  unsentBytes: 64 * 1024 * 1024,
  invocations: DEFAULT_INVOCATION_LIMITS.max,
  invocationGraceMs: DEFAULT_INVOCATION_LIMITS.graceMs,
  notificationScopeMs: DEFAULT_INVOCATION_LIMITS.notificationMs,
  scopeBytes: DEFAULT_INVOCATION_LIMITS.bytes,
  channels: DEFAULT_CHANNEL_LIMITS.max,
  subscriptions: DEFAULT_SUBSCRIPTIONS,
  resendBytes: 64 * 1024 * 1024,
  stderrTailCharacters: DEFAULT_STDERR_TAIL,
  logLinesPerSecond: DEFAULT_LOG_LIMITS.linesPerSecond,
  logBurst: DEFAULT_LOG_LIMITS.burst,
};

/**
 * Checks what all options of a host and of one worker come to, and fills in the defaults.
 * @throws RpcError INVALID_PARAMS naming the option, what was expected and what it got
 */
export function resolveShared(host: SharedOptions, worker: SharedOptions = {}) {
  const timeouts = withDefaults(DEFAULT_TIMEOUTS, host.timeouts, worker.timeouts);
  checkDelays("timeouts", timeouts);
  if (timeouts.callMs > MAX_DEFAULT_CALL_MS) {
    throw invalidOption(
      `timeouts.callMs: expected at most ${MAX_DEFAULT_CALL_MS} ms, got ${timeouts.callMs}; give longer timeouts to single methods or calls`,
    );
  }
  const merged = withDefaults(DEFAULT_LIMITS, host.limits, worker.limits);
  const incomingBytes = worker.limits?.incomingBytes ?? host.limits?.incomingBytes ?? merged.messageBytes;
  const limits = { ...merged, incomingBytes };
  const heapMb = worker.limits?.heapMb ?? host.limits?.heapMb;
  const rssMb = worker.limits?.rssMb ?? host.limits?.rssMb;
  const memory = { ...(heapMb !== undefined && { heapMb }), ...(rssMb !== undefined && { rssMb }) };
  checkCounts("limits", { ...limits, ...memory });
  const liveness = resolveLiveness(host.liveness, worker.liveness);
  const cancel = resolveCancel(host.cancel, worker.cancel);
  const missingCapabilities = worker.missingCapabilities ?? host.missingCapabilities ?? "report";
  if (missingCapabilities !== "report" && missingCapabilities !== "refuse") {
    throw invalidOption(`missingCapabilities: expected "report" or "refuse", got ${shown(missingCapabilities)}`);
  }
  const compileCache = resolveCompileCache(host.compileCache, worker.compileCache);
  const shared = { timeouts, limits, heapMb, rssMb, liveness, cancel, compileCache, missingCapabilities };
  return { ...shared, restart: resolveRestart(host.restart, worker.restart) };
}

/** Makes the spec of one worker. @throws RpcError INVALID_PARAMS like {@link resolveShared} */
export function resolveSpec(
  workerId: string,
  options: StartOptions,
  host: SharedOptions,
  core: { readonly contract: Contract; readonly codec: Codec | undefined; readonly runtime: HostRuntime },
): WorkerSpec {
  checkStartOptions(options);
  // What another codec can write, it alone knows.
  if (core.codec === undefined) checkWritable({ config: options.config, manifest: options.manifest });
  const { timeouts, limits, heapMb, rssMb, liveness, cancel, compileCache, missingCapabilities, restart } =
    resolveShared(host, options);
  const { callMs, initializeMs, ...ladder } = timeouts;
  const env = workerEnvironment({
    ...{ workerId, hostEnv: process.env, platform: process.platform },
    env: { ...host.env, ...options.env },
    inherit: { ...host.inheritEnv, ...options.inheritEnv },
  });
  if (options.cwd !== undefined && (typeof options.cwd !== "string" || options.cwd === "")) {
    throw invalidOption(`cwd: expected a folder, got ${shown(options.cwd)}`);
  }
  const bounds = { ...workerLimits(limits, callMs), rssMb };
  return {
    launcher: launcherOf(options),
    launch: {
      ...{ workerId, env },
      ...(options.cwd !== undefined && { cwd: options.cwd }),
      ...(heapMb !== undefined && { heapMb }),
      ...(compileCache !== undefined && { compileCache }),
    },
    capabilities: new Set(checkedCapabilities(options.capabilities, core.contract)),
    missingCapabilities,
    ...{ manifest: options.manifest, config: options.config },
    lifecycle: {
      initializeTimeoutMs: initializeMs,
      shutdown: { ...DEFAULT_SHUTDOWN_BUDGET, ...ladder },
      restart,
    },
    ...{ liveness, cancel },
    limits: bounds,
    tape: resolveRecord(options.record, workerId, bounds.peer, core),
  };
}

function workerLimits(limits: Omit<HostLimits, Unlimited>, callMs: number): Omit<WorkerLimits, "rssMb"> {
  const { messageBytes, depth, values, outgoingCalls, incomingCalls, incomingBytes, streamItems, streamBytes } = limits;
  return {
    peer: {
      messageBytes,
      depth,
      values,
      outgoingCalls,
      incomingCalls,
      incomingBytes,
      streamItems,
      streamBytes,
      callTimeoutMs: Math.ceil(callMs),
    },
    transport: { messageBytes, unsentBytes: limits.unsentBytes },
    invocations: {
      max: limits.invocations,
      graceMs: limits.invocationGraceMs,
      notificationMs: limits.notificationScopeMs,
      bytes: limits.scopeBytes,
    },
    channels: { ...DEFAULT_CHANNEL_LIMITS, max: limits.channels },
    subscriptions: limits.subscriptions,
    resendBytes: limits.resendBytes,
    log: { ...DEFAULT_LOG_LIMITS, linesPerSecond: limits.logLinesPerSecond, burst: limits.logBurst },
    stderrTailCharacters: limits.stderrTailCharacters,
  };
}

const RESTART_TYPES: ReadonlySet<string> = new Set(["permanent", "transient", "temporary"]);
const RESTART_RULES: ReadonlySet<string> = new Set(["restart", "fail", "stop"]);

function resolveRestart(...given: readonly SharedOptions["restart"][]): RestartPolicy {
  const { rules: defaultRules, ...defaults } = DEFAULT_RESTART_POLICY;
  const policy = withDefaults(defaults, ...given);
  const rules = withDefaults(defaultRules, ...given.map((options) => options?.rules));
  const { type, intensity, factor, jitter, ...delays } = policy;
  checkCounts("restart", { intensity });
  checkDelays("restart", delays);
  if (!RESTART_TYPES.has(type)) {
    throw invalidOption(`restart.type: expected "permanent", "transient" or "temporary", got ${shown(type)}`);
  }
  if (!(factor >= 1 && Number.isFinite(factor))) {
    throw invalidOption(`restart.factor: expected a number from 1, got ${shown(factor)}`);
  }
  if (!(jitter >= 0 && jitter <= 1)) {
    throw invalidOption(`restart.jitter: expected a number from 0 to 1, got ${shown(jitter)}`);
  }
  for (const [reason, rule] of Object.entries(rules)) {
    if (!RESTART_RULES.has(rule)) {
      throw invalidOption(`restart.rules.${reason}: expected "restart", "fail" or "stop", got ${shown(rule)}`);
    }
  }
  return { ...policy, rules };
}

function launcherOf(options: StartOptions): Launcher {
  const given = [options.entry, options.command, options.launcher].filter((source) => source !== undefined);
  if (given.length !== 1) {
    throw invalidOption(
      `start: expected exactly one of entry, command and launcher, got ${given.length}; write { entry: new URL("./plugin.js", import.meta.url) }`,
    );
  }
  if (options.command !== undefined) return commandLauncher(options.command);
  if (options.launcher !== undefined) {
    if (typeof options.launcher?.launch === "function") return options.launcher;
    throw invalidOption("launcher: expected an object with a method launch, such as nodeLauncher makes");
  }
  return nodeLauncher(options);
}

function checkedCapabilities(capabilities: readonly string[] = [], contract: Contract): readonly string[] {
  if (!Array.isArray(capabilities) || !capabilities.every((name) => typeof name === "string" && name !== "")) {
    throw invalidOption(`capabilities: expected a list of names, got ${shown(capabilities)}`);
  }
  checkCapabilityNames("capabilities", capabilities, contract);
  return capabilities;
}

/** What goes into the handshake must fit into a message: found out now, not by each process anew. */
function checkWritable(options: Readonly<Record<string, unknown>>): void {
  for (const [name, value] of Object.entries(options)) {
    if (value === undefined) continue;
    let why: string | undefined;
    try {
      if (JSON.stringify(value) === undefined) why = `it is ${shown(value)}`;
    } catch (error) {
      why = error instanceof Error ? error.message : shown(error);
    }
    if (why !== undefined) throw invalidOption(`${name}: expected what can be written as JSON: ${why}`);
  }
}
