import type { MethodMap } from "../contract.js";
import type { IncomingCall } from "../incoming-call.js";
import type { ChannelHub } from "./channel-hub.js";
import type { Channels } from "./channels.js";

const METHODS = { "channels.open": "open", "channels.emit": "emit", "channels.close": "close" } as const;

/** A call whose rights are settled. */
export type AdmittedCall = Pick<IncomingCall, "method" | "params" | "meta" | "bytes">;

/** Stands before the contract's `channels.*` handlers: they see a channel opened and closed once, and emits between. */
export interface PushChannels {
  /**
   * Whether the handler is to run.
   * @throws RpcError when the channel is not open in this scope, or past the bounds
   */
  admit(call: AdmittedCall, scope: unknown): boolean;
}

/** Guards the push channels of a contract that has them, and tells who watches; every other method is let through. */
export function guardChannels(methods: MethodMap, channels: Channels<unknown>, hub: ChannelHub): PushChannels {
  const names = Object.keys(METHODS).filter((name) => methods[name]?.kind === "notification");
  if (names.length === 0) return { admit: () => true };
  return {
    admit({ method, params, bytes }, scope) {
      if (!isChannelMethod(method) || methods[method]?.kind !== "notification") return true;
      const { channel, reason } = (params ?? {}) as { readonly channel?: unknown; readonly reason?: unknown };
      if (typeof channel !== "string") return true;
      const action = METHODS[method];
      if (action === "open") return channels.open(scope, channel);
      if (action === "close") {
        const why = typeof reason === "string" ? reason : "closed by the worker";
        if (channels.close(scope, channel, why) === undefined) return false;
        hub.close(scope, channel, { by: "worker", reason: why });
        return true;
      }
      channels.checkOpen(scope, channel);
      hub.emit(scope, channel, params, bytes);
      return true;
    },
  };
}

/** Whether a host need not have a handler for it: who subscribed to the channel is told. */
export function isChannelMethod(method: string): method is keyof typeof METHODS {
  return Object.hasOwn(METHODS, method);
}
