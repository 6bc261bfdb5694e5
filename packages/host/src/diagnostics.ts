import type { PeerStats } from "@outrigger/protocol";
import type { CrowdingStats } from "./crowding.js";
import type { ExitReason, ExitReasonName } from "./exit-reason.js";
import type { CompileCacheReport } from "./launcher.js";
import type { LivenessSettings } from "./liveness-state.js";
import type { LogStats } from "./log-bridge.js";
import type { MethodFigures } from "./method-figures.js";
import type { PermissionReport } from "./node-permissions.js";
import type { ResendStats } from "./resend-calls.js";
import type { RestartStats } from "./restart-queue.js";
import type { WorkerStatus } from "./state-types.js";
import type { Supervisor } from "./supervisor.js";
import type { TapeStats } from "./tape-file.js";
import type { TurnStats } from "./turns.js";
import type { Vitals } from "./vital-signs.js";
import type { HostCore, WorkerLimits } from "./worker-spec.js";

/** A snapshot of one worker. */
export interface WorkerDiagnostics {
  readonly workerId: string;
  readonly status: WorkerStatus;
  /** Of the living process. */
  readonly pid: number | undefined;
  /** How many processes it has had. */
  readonly incarnation: number;
  /** How it is launched, e.g. `node plugin.js`. */
  readonly launcher: string;
  /** ms since it became ready; `undefined` when it does not serve. */
  readonly uptimeMs: number | undefined;
  readonly plugin: { readonly name: string; readonly version: string } | undefined;
  readonly sdk: { readonly name: string; readonly version: string } | undefined;
  readonly protocol: number | undefined;
  readonly features: readonly string[];
  /** Those granted. */
  readonly capabilities: readonly string[];
  /** Those its plugin says it needs; `undefined` before the handshake, and when it does not say. */
  readonly capabilitiesDeclared: readonly string[] | undefined;
  /** Those it needs and was not granted. */
  readonly capabilitiesMissing: readonly string[];
  /** What Node enforces of the `permissions` of the latest process, and what not; `undefined` when none were asked for. */
  readonly permissions: PermissionReport | undefined;
  /** Where the latest process keeps its compiled code for the next start; `undefined` where nothing is kept. */
  readonly compileCache: CompileCacheReport | undefined;
  /** The recording of its traffic; `undefined` when none was asked for. */
  readonly tape: TapeStats | undefined;
  /** Without a stable uptime between them. */
  readonly consecutiveCrashes: number;
  readonly totalCrashes: number;
  readonly lastCrash:
    | {
        /** ms since the epoch. */
        readonly at: number;
        readonly reason: ExitReasonName;
        /** The reason with its particulars: for `unresponsive` the function, file and line. */
        readonly details: ExitReason;
        readonly code: number | null;
        readonly signal: string | null;
        readonly message: string;
      }
    | undefined;
  /** ms since the epoch; `undefined` unless it waits for its restart. */
  readonly nextRestartAt: number | undefined;
  /** Whether the latest process answers, where it hung, and its memory and processor time. */
  readonly vitals: Vitals | undefined;
  /** What is in use just now, of the latest process. */
  readonly load: {
    /** Calls of the host waiting for the worker. */
    readonly pendingRequests: number;
    /** Calls of the worker being handled. */
    readonly handling: number;
    /** Calls cancelled or timed out that the worker has not ended yet. */
    readonly abandoned: number;
    readonly unsentBytes: number;
    /** Scopes lent to calls in flight. */
    readonly invocations: number;
    /** Scopes in their grace, or lent to notifications. */
    readonly invocationsLingering: number;
    /** Scopes taken back early for lack of room. */
    readonly invocationsEvicted: number;
    /** JSON of the scopes that linger, bytes: of calls and of notifications together, each of which may be `limits.scopeBytes`. */
    readonly scopeBytes: number;
    readonly channels: number;
    /** To its push channels. */
    readonly subscriptions: number;
    /** What slow subscribers missed, since the worker was first started. */
    readonly pushesDropped: number;
  };
  /** How many calls there were since the worker was first started, how they ended and how long they took. */
  readonly methods: MethodFigures;
  /** Calls of idempotent methods that died with their process. */
  readonly resends: ResendStats;
  /** What came, went, was refused and was dropped since the latest process was launched. */
  readonly messages: Readonly<PeerStats> | undefined;
  readonly logs: Readonly<LogStats> | undefined;
  readonly limits: WorkerLimits;
  /** When it is taken for hung; `false`: never. */
  readonly liveness: LivenessSettings | false;
}

const isGone = ({ state: { phase } }: Supervisor): boolean => phase.name === "idle" || phase.name === "backoff";

/** The process a worker has now. */
export function pidOf(supervisor: Supervisor): number | undefined {
  return isGone(supervisor) ? undefined : supervisor.incarnation?.pid;
}

/** Takes a snapshot of one worker. */
export function workerDiagnostics(supervisor: Supervisor, core: HostCore, resends: ResendStats): WorkerDiagnostics {
  const { state, incarnation } = supervisor;
  const { phase, lastCrash } = state;
  const now = core.runtime.clock.now();
  const timeOfDay = (at: number): number => Math.round(core.runtime.wallClock() + at - now);
  const channel = incarnation?.lastChannel;
  const handshake = channel?.handshakeResult;
  const load = channel?.load;
  const spec = (isGone(supervisor) ? undefined : incarnation?.spec) ?? supervisor.spec;
  return {
    workerId: supervisor.id,
    status: state.status,
    pid: pidOf(supervisor),
    incarnation: state.incarnation,
    launcher: spec.launcher.name,
    uptimeMs: phase.name === "serving" ? now - phase.since : undefined,
    plugin: handshake?.answer.plugin,
    sdk: handshake?.answer.sdk,
    protocol: handshake?.agreement.protocol,
    features: handshake?.agreement.features ?? [],
    capabilities: [...spec.capabilities],
    capabilitiesDeclared: incarnation?.capabilities?.declared,
    capabilitiesMissing: incarnation?.capabilities?.missing ?? [],
    permissions: incarnation?.launchReport?.permissions,
    compileCache: incarnation?.launchReport?.compileCache,
    tape: spec.tape?.stats,
    consecutiveCrashes: state.history.consecutive,
    totalCrashes: state.history.total,
    lastCrash: lastCrash && {
      at: timeOfDay(lastCrash.at),
      reason: lastCrash.reason.reason,
      details: lastCrash.reason,
      code: lastCrash.code,
      signal: lastCrash.signal,
      message: lastCrash.message,
    },
    nextRestartAt: phase.name === "backoff" ? timeOfDay(core.restarts.turnOf(supervisor) ?? phase.dueAt) : undefined,
    vitals: incarnation?.vitals,
    load: {
      pendingRequests: load?.outgoing ?? 0,
      handling: load?.incoming ?? 0,
      abandoned: load?.abandoned ?? 0,
      unsentBytes: load?.unsentBytes ?? 0,
      invocations: load?.invocations.open ?? 0,
      invocationsLingering: load?.invocations.lingering ?? 0,
      invocationsEvicted: load?.invocations.evicted ?? 0,
      scopeBytes: load?.invocations.bytes ?? 0,
      channels: load?.channels ?? 0,
      subscriptions: supervisor.hub.stats.subscriptions,
      pushesDropped: supervisor.hub.stats.dropped,
    },
    methods: supervisor.figures.snapshot(),
    resends,
    messages: channel && { ...channel.stats },
    logs: incarnation && { ...incarnation.logs.stats },
    limits: spec.limits,
    liveness: spec.liveness,
  };
}

/** A snapshot of a host and all its workers. */
export interface HostDiagnostics {
  readonly contract: { readonly name: string; readonly version: number };
  readonly closing: boolean;
  /** The restarts of all workers against `restartBudget`. */
  readonly restarts: RestartStats;
  /** The starts of all workers against `startsAtOnce`. */
  readonly starts: TurnStats;
  /** Whether workers have given way to the host, as `nice` says. */
  readonly crowding: CrowdingStats;
  readonly workers: readonly WorkerDiagnostics[];
}
