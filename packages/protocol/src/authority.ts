export { authorizeCall } from "./authority/authorize-call.js";
export { scopeOfCall } from "./authority/call-scope.js";
export { type ChannelLimits, type Channels, createChannels, DEFAULT_CHANNEL_LIMITS } from "./authority/channels.js";
export {
  createInvocations,
  DEFAULT_INVOCATION_LIMITS,
  type InvocationLimits,
  type Invocations,
  type ResolvedInvocation,
} from "./authority/invocations.js";
export { guardChannels, type PushChannels } from "./authority/push-channels.js";
