import type { MethodMap } from "../contract.js";
import type { Channels } from "./channels.js";

const METHODS = { "channels.open": "open", "channels.emit": "emit", "channels.close": "close" } as const;

/** Stands before the contract's `channels.*` handlers: they see a channel opened and closed once, and emits between. */
export interface PushChannels {
  /**
   * Whether the handler is to run.
   * @throws RpcError when the channel is not open in this scope, or past the bounds
   */
  admit(method: string, params: unknown, scope: unknown): boolean;
}

/** Guards the push channels of a contract that has them; every other method is let through. */
export function guardChannels(methods: MethodMap, channels: Channels<unknown>): PushChannels {
  return {
    admit(method, params, scope) {
      if (!isChannelMethod(method) || methods[method]?.kind !== "notification") return true;
      const channel = (params as { channel?: unknown } | null)?.channel;
      if (typeof channel !== "string") return true;
      const action = METHODS[method];
      if (action === "open") return channels.open(scope, channel);
      if (action === "close") return channels.close(scope, channel, "closed by the worker") !== undefined;
      channels.checkOpen(scope, channel);
      return true;
    },
  };
}

function isChannelMethod(method: string): method is keyof typeof METHODS {
  return Object.hasOwn(METHODS, method);
}
