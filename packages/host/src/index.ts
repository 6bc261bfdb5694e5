export type { HostLogger } from "@outrigger/protocol";
export type {
  ChannelEnd,
  ChannelLimits,
  ChannelOptions,
  ChannelPush,
  ChannelSubscription,
  SubscriptionBuffer,
} from "@outrigger/protocol/authority";
export type { HandlerContext, HostHandlers, ScopedHandlerContext } from "@outrigger/protocol/tracing";
export type { CancelPolicy, OnIgnored } from "./cancel-policy.js";
export { commandLauncher } from "./command-launcher.js";
export { createHost } from "./create-host.js";
export type { CrowdingStats } from "./crowding.js";
export type { HostDiagnostics, WorkerDiagnostics } from "./diagnostics.js";
export type { InheritEnv } from "./environment.js";
export {
  createEventDelivery,
  type DeliveryEvents,
  type DeliveryLimits,
  type DeliveryOptions,
  type EventDelivery,
  type EventHost,
} from "./event-delivery.js";
export type { DeadLetterWhy, LaneStats } from "./event-lane.js";
export type { Subscription } from "./event-subscriptions.js";
export type { Events, Listener } from "./events.js";
export type { ExitReason, ExitReasonName, RestartRule } from "./exit-reason.js";
export type { Host } from "./host.js";
export type {
  CancelIgnoredEvent,
  CapabilitiesEvent,
  CrashEvent,
  ErrorEvent,
  ExitEvent,
  FailedEvent,
  ReadyEvent,
  RecoveredEvent,
  StatusEvent,
  UnresponsiveEvent,
  WorkerEvents,
} from "./host-events.js";
export type {
  HostLimits,
  HostOptions,
  MissingCapabilities,
  SharedOptions,
  StartOptions,
  Timeouts,
  WorkerSource,
} from "./host-options.js";
export type { HostRuntime } from "./host-runtime.js";
export type { CompileCacheReport, Launcher, LaunchSpec, ProcessExit, WorkerProcess } from "./launcher.js";
export { WORKER_CHANNELS, type WorkerMessage } from "./lifecycle-channels.js";
export type { LivenessSettings } from "./liveness-state.js";
export type { CallFigures, MethodFigures } from "./method-figures.js";
export { type NodeLauncherOptions, nodeLauncher } from "./node-launcher.js";
export type { NodePermissions, PermissionName, PermissionReport } from "./node-permissions.js";
export type { ProcessUsage } from "./process-usage.js";
export type { ResendStats } from "./resend-calls.js";
export type { CompileCacheLimits, CompileCacheOption } from "./resolve-compile-cache.js";
export type { LivenessOption } from "./resolve-liveness.js";
export type { RestartBudget } from "./restart-budget.js";
export type { RestartPolicy, RestartType } from "./restart-policy.js";
export type { RestartStats } from "./restart-queue.js";
export type { FailedWhy, Silence, WorkerStatus } from "./state-types.js";
export type { RecordOptions, TapeStats } from "./tape-file.js";
export type { UsageSample } from "./usage-watch.js";
export type { Vitals } from "./vital-signs.js";
export type { ResendOption, ScopeOption, Worker } from "./worker.js";
