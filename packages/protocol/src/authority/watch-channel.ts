import type { Contract } from "../contract.js";
import { ErrorCode, RpcError } from "../errors.js";
import { scopeOfCall } from "./call-scope.js";
import type { ChannelHub } from "./channel-hub.js";
import { type ChannelOptions, type ChannelSubscription, DEFAULT_SUBSCRIPTION_BUFFER } from "./channel-subscription.js";
import { didYouMean } from "./nearest-name.js";

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
  checkNames(`channel ${channel}: options`, options, OPTIONS);
  if (options.buffer !== undefined) checkNames(`channel ${channel}: buffer`, options.buffer, BUFFER);
  const scope = scopeOfCall(contract.scope, options.scope, undefined);
  return hub.subscribe(scope, channel, options, limits.subscriptions);
}

function checkNames(group: string, value: object, known: readonly string[]): void {
  if (typeof value !== "object" || value === null) throw invalid(`${group}: expected an object, got ${String(value)}`);
  const stray = Object.entries(value).find(([name, given]) => given !== undefined && !known.includes(name))?.[0];
  if (stray === undefined) return;
  const text = `there is no option ${JSON.stringify(stray.slice(0, 100))}${didYouMean(stray, known)}`;
  throw invalid(`${group}: ${text} (it has ${known.join(", ")})`);
}

const invalid = (message: string): RpcError => new RpcError(ErrorCode.INVALID_PARAMS, message);
