export { type CallGate, type CallGateSource, createCallGate } from "./authority/call-gate.js";
export type { CallOrigin, InvocationStatus } from "./authority/call-origin.js";
export { scopeOfCall } from "./authority/call-scope.js";
export { type ChannelLimits, type Channels, createChannels, DEFAULT_CHANNEL_LIMITS } from "./authority/channels.js";
export {
  createInvocations,
  DEFAULT_INVOCATION_LIMITS,
  type InvocationLimits,
  type Invocations,
} from "./authority/invocations.js";
export { guardChannels, type PushChannels } from "./authority/push-channels.js";
