export { type Clock, MAX_DELAY_MS, systemClock } from "./clock.js";
export { type Codec, jsonCodec } from "./codec.js";
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
  type StreamMethod,
  stream,
  type TenantScope,
} from "./contract.js";
export type {
  Handler,
  Handlers,
  HostToWorker,
  ItemInput,
  ItemOutput,
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
  ScopeOf,
  StreamNames,
  StreamOptions,
  WorkerToHost,
} from "./contract-types.js";
export { ErrorCode, errorCodeName, isRpcError, RpcError, type WireError } from "./errors.js";
export type { IncomingCall } from "./incoming-call.js";
export type { Serving } from "./incoming-calls.js";
export {
  type Declaration,
  type Declarations,
  declaration,
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
export type { PeerCallOptions } from "./outgoing-calls.js";
export { Peer, type PeerOptions } from "./peer.js";
export { checkDelay, DEFAULT_PEER_LIMITS, type PeerLimits } from "./peer-limits.js";
export type { PeerReport, PeerStats } from "./peer-report.js";
export type { Transport, TransportLimits, TransportReceiver } from "./transport.js";
export { type Issue, validate } from "./validate.js";
