export { type CallGate, type CallGateSource, createCallGate } from "./authority/call-gate.js";
export type { CallOrigin, InvocationStatus } from "./authority/call-origin.js";
export { scopeOfCall } from "./authority/call-scope.js";
export { capabilityNames, checkCapabilityNames } from "./authority/capability-names.js";
export { type CapabilityReport, reportCapabilities } from "./authority/capability-report.js";
export { type ChannelHub, createChannelHub } from "./authority/channel-hub.js";
export {
  type ChannelEnd,
  type ChannelOptions,
  type ChannelPush,
  type ChannelSubscription,
  DEFAULT_SUBSCRIPTION_BUFFER,
  DEFAULT_SUBSCRIPTIONS,
  type SubscriptionBuffer,
} from "./authority/channel-subscription.js";
export { type ChannelLimits, type Channels, createChannels, DEFAULT_CHANNEL_LIMITS } from "./authority/channels.js";
export {
  createInvocations,
  DEFAULT_INVOCATION_LIMITS,
  type InvocationLimits,
  type Invocations,
} from "./authority/invocations.js";
export { didYouMean, listed, nearestName } from "./authority/nearest-name.js";
export { checkKeys, checkObject } from "./authority/option-names.js";
export { type AdmittedCall, guardChannels, isChannelMethod, type PushChannels } from "./authority/push-channels.js";
export {
  diedWithError,
  notImplementedError,
  notServingError,
  unknownMethodError,
} from "./authority/refused-calls.js";
export { watchChannel } from "./authority/watch-channel.js";
export { bytesAsBase64 } from "./bulk-values.js";
export { MAX_NAME } from "./contract.js";
export { ownMember } from "./own-member.js";
export { isRecord, kindOf } from "./value-kind.js";
