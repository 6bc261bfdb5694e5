import type { Contract } from "../contract.js";
import { ErrorCode, RpcError } from "../errors.js";
import { scopeOfCall } from "./call-scope.js";
import type { ChannelHub } from "./channel-hub.js";
import { type ChannelOptions, type ChannelSubscription, DEFAULT_SUBSCRIPTION_BUFFER } from "./channel-subscription.js";
import { checkKeys } from "./option-names.js";

const OPTIONS = ["scope", "signal", "buffer"] as const satisfies readonly (keyof ChannelOptions)[];
const BUFFER = Object.keys(DEFAULT_SUBSCRIPTION_BUFFER);

/**
 * Subscribes to a push channel of one worker.
 * @throws RpcError INVALID_PARAMS naming what cannot be used, METHOD_NOT_FOUND for a contract without channels
 */
export function watchChannel(
  hub: ChannelHub,
  contract: Contract,
  limits: { readonly nameCharacters: number; readonly subscriptions: number },
  channel: string,
  options: ChannelOptions = {},
): ChannelSubscription {
  if (contract.workerToHost["channels.emit"]?.kind !== "notification") {
    const text = `the contract ${contract.name} has no notification "channels.emit" of a host; take it from pluginContract`;
    throw new RpcError(ErrorCode.METHOD_NOT_FOUND, text);
  }
  const { nameCharacters } = limits;
  if (typeof channel !== "string" || channel === "" || channel.length > nameCharacters) {
    const got = typeof channel === "string" ? JSON.stringify(channel.slice(0, 200)) : typeof channel;
    throw invalid(`channel: expected a name of 1 to ${nameCharacters} characters, got ${got}`);
  }
  checkKeys(`channel ${channel}: options`, options, OPTIONS, "an object");
  if (options.buffer !== undefined) checkKeys(`channel ${channel}: buffer`, options.buffer, BUFFER, "an object");
  const scope = scopeOfCall(contract.scope, options.scope, undefined);
  return hub.subscribe(scope, channel, options, limits.subscriptions);
}

const invalid = (message: string): RpcError => new RpcError(ErrorCode.INVALID_PARAMS, message);
