export { cancelError } from "./call-errors.js";
export type { CallMeter } from "./call-meter.js";
export { type Clock, systemClock } from "./clock.js";
export { type Codec, featuresWith, jsonCodec } from "./codec.js";
export { COMPILE_CACHE } from "./compile-cache-name.js";
export {
  type CallMethodOptions,
  type Contract,
  defineContract,
  type Method,
  type MethodMap,
  type MethodOptions,
  type NotificationMethod,
  notification,
  type RequestMethod,
  request,
  type Schema,
  type Scoping,
  type StreamMethod,
  stream,
  type TakesInput,
  type TenantScope,
} from "./contract.js";
export type {
  CallOptionsArgument,
  CapabilityOf,
  Handler,
  Handlers,
  HostToWorker,
  InputOption,
  InputReader,
  ItemInput,
  ItemOutput,
  ItemStream,
  NotificationNames,
  ParamsInput,
  ParamsOutput,
  ProgressInput,
  ProgressOutput,
  ProgressReporter,
  Remote,
  RequestNames,
  RequestOptions,
  ResultInput,
  ResultOutput,
  ScopedHandlers,
  ScopeOf,
  StreamNames,
  StreamOptions,
  WorkerToHost,
} from "./contract-types.js";
export { checkDelay, MAX_DELAY_MS } from "./delay.js";
export { ErrorCode, errorCodeName, isRpcError, RpcError, type WireError } from "./errors.js";
export type { CutOff } from "./framing.js";
export { HANG_PLACE_SOURCE } from "./hang-place-source.js";
export {
  describeHang,
  HANG_MARK,
  type HangReport,
  MAX_HANG_LINE,
  NOT_IN_JAVASCRIPT,
  parseHangReport,
} from "./hang-report.js";
export type { HostLogger } from "./host-logger.js";
export type { IncomingCall } from "./incoming-call.js";
export type { Serving } from "./incoming-calls.js";
export type { Issue } from "./issue-text.js";
export {
  type Declaration,
  type Declarations,
  FEATURES,
  type Feature,
  type HealthResult,
  type InitializeParams,
  type InitializeResult,
  type LogLevel,
  type LogParams,
  lifecycle,
  PROTOCOL_RANGE,
} from "./lifecycle.js";
export { linkedTransports } from "./linked-transports.js";
export { longestStall } from "./longest-stall.js";
export type {
  ErrorMessage,
  Id,
  InvocationMeta,
  Message,
  MessageMeta,
  NotificationMessage,
  RequestMessage,
  ResultMessage,
} from "./messages.js";
export { type Agreement, acceptOffer, checkAnswer, isHandshakeMismatch } from "./negotiate.js";
export type { PeerCallOptions } from "./outgoing-call.js";
export { Peer } from "./peer.js";
export { DEFAULT_PEER_LIMITS, type PeerLimits } from "./peer-limits.js";
export type { MakeError, PeerOptions } from "./peer-options.js";
export type { PeerReport, PeerStats } from "./peer-report.js";
export type { Actor, Progress } from "./plugin-contract/call-context.js";
export type { ConfigVerdict } from "./plugin-contract/config-methods.js";
export type { Entity } from "./plugin-contract/entity-methods.js";
export type { PluginEvent } from "./plugin-contract/event-methods.js";
export { eventMatcher, matchesFilter } from "./plugin-contract/event-patterns.js";
export type { HttpAnswer, HttpBody } from "./plugin-contract/http-values.js";
export type { JobRun } from "./plugin-contract/job-methods.js";
export type { Manifest, ManifestInput } from "./plugin-contract/plugin-manifest.js";
export type { ToolResult, ToolRun } from "./plugin-contract/tool-methods.js";
export { compileSchemasOf, type SchemaCompiler } from "./schema-compiler.js";
export { scopeOfParams } from "./scope-of-params.js";
export { SECRET_INSPECTOR } from "./secret-inspector.js";
export { readTrace, type TraceContext, type TraceOptions } from "./trace-context.js";
export {
  CALL_CHANNEL,
  type CallMessage,
  DETACH_CHANNEL,
  type DetachMessage,
  SERVE_CHANNEL,
  type ServeMessage,
} from "./tracing-messages.js";
export type { Transport, TransportLimits, TransportReceiver } from "./transport.js";
export { validate } from "./validate.js";
export type { WaitingCall } from "./waiting-calls.js";
