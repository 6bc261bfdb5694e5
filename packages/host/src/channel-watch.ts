import { type Contract, ErrorCode, RpcError } from "@outrigger/protocol";
import {
  type ChannelHub,
  type ChannelOptions,
  type ChannelSubscription,
  DEFAULT_SUBSCRIPTION_BUFFER,
  scopeOfCall,
} from "@outrigger/protocol/authority";
import { checkKeys, invalidOption, shown } from "./option-checks.js";
import type { WorkerLimits } from "./worker-spec.js";

const OPTIONS = ["scope", "signal", "buffer"] as const satisfies readonly (keyof ChannelOptions)[];
const BUFFER = Object.keys(DEFAULT_SUBSCRIPTION_BUFFER);

/**
 * Subscribes to a push channel of one worker.
 * @throws RpcError INVALID_PARAMS naming what cannot be used, METHOD_NOT_FOUND for a contract without channels
 */
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
  const { buffer } = checkKeys(`channel ${channel}: options`, options, OPTIONS);
  if (buffer !== undefined) checkKeys(`channel ${channel}: buffer`, buffer, BUFFER);
  const scope = scopeOfCall(contract.scope, options.scope, undefined);
  return hub.subscribe(scope, channel, options, limits.subscriptions);
}
