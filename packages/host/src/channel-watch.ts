import { type Contract, ErrorCode, RpcError } from "@outrigger/protocol";
import {
  type ChannelHub,
  type ChannelSubscription,
  DEFAULT_SUBSCRIPTION_BUFFER,
  type SubscriptionBuffer,
  scopeOfCall,
} from "@outrigger/protocol/authority";
import { checkCounts, checkKeys, type Given, invalidOption, shown, withDefaults } from "./option-checks.js";
import { tenantScope } from "./tenant-scope.js";
import type { WorkerLimits } from "./worker-spec.js";

/** How to subscribe to a push channel. */
export interface ChannelOptions<Scope = unknown> {
  /** Whose channel of that name. Default: the one that is opened without a scope. */
  readonly scope?: Scope | undefined;
  /** Unsubscribes when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** What is kept for a slow reader: default 256 items and 1 MiB, past which the oldest are dropped and counted. */
  readonly buffer?: Given<SubscriptionBuffer> | undefined;
}

const OPTIONS = ["scope", "signal", "buffer"];
const BUFFER = Object.keys(DEFAULT_SUBSCRIPTION_BUFFER);

/** @throws RpcError INVALID_PARAMS naming what cannot be used, METHOD_NOT_FOUND for a contract without channels */
export function watchChannel(
  hub: ChannelHub,
  contract: Contract,
  limits: WorkerLimits,
  channel: string,
  options: ChannelOptions = {},
): ChannelSubscription {
  if (contract.workerToHost["channels.emit"]?.kind !== "notification") {
    const text = `the contract ${contract.name} has no notification "channels.emit" of a host; take it from pluginContract`;
    throw new RpcError(ErrorCode.METHOD_NOT_FOUND, text);
  }
  const { nameCharacters } = limits.channels;
  if (typeof channel !== "string" || channel === "" || channel.length > nameCharacters) {
    throw invalidOption(`channel: expected a name of 1 to ${nameCharacters} characters, got ${shown(channel)}`);
  }
  checkKeys("channel: options", options, OPTIONS);
  const { scope, signal, buffer } = options;
  if (signal !== undefined && !(signal instanceof AbortSignal)) {
    throw invalidOption(`channel: signal: expected an AbortSignal, got ${shown(signal)}`);
  }
  if (buffer !== undefined) checkKeys("channel: buffer", buffer, BUFFER);
  const { overflow, ...counts } = withDefaults(DEFAULT_SUBSCRIPTION_BUFFER, buffer);
  checkCounts("channel: buffer", counts);
  if (overflow !== "drop-oldest" && overflow !== "close") {
    throw invalidOption(`channel: buffer.overflow: expected "drop-oldest" or "close", got ${shown(overflow)}`);
  }
  return hub.subscribe(scopeOfCall(contract.scope ?? tenantScope, scope, undefined), channel, {
    signal,
    buffer: { ...counts, overflow },
    max: limits.subscriptions,
  });
}
