import { addAbortListener, removeAbortListener } from "../abort-listeners.js";
import {
  type ChannelEnd,
  type ChannelOptions,
  type ChannelSubscription,
  createSubscriber,
  type Subscriber,
  subscriptionBuffer,
} from "./channel-subscription.js";
import { channelKey } from "./channels.js";

/** Who watches the push channels of one worker, whichever process has them open. */
export interface ChannelHub {
  /**
   * Watches a channel, open or not yet: it waits for it to be opened, also by a later process.
   * @param max how many subscriptions there may be: past it they end at once
   * @throws RpcError INVALID_PARAMS naming the option that cannot be used
   */
  subscribe(scope: unknown, channel: string, options: ChannelOptions, max: number): ChannelSubscription;
  /** @param bytes of the message that brought it */
  emit(scope: unknown, channel: string, push: unknown, bytes: number): void;
  /** Ends the subscriptions to one channel. */
  close(scope: unknown, channel: string, end: ChannelEnd): void;
  /** Ends all subscriptions, and those to come. */
  end(end: ChannelEnd): void;
  readonly stats: {
    readonly subscriptions: number;
    /** Pushes that a slow subscriber missed, since the worker was first started. */
    readonly dropped: number;
  };
}

/** Makes the hub of one worker. */
export function createChannelHub(): ChannelHub {
  const watched = new Map<string, Set<Subscriber<unknown>>>();
  let subscriptions = 0;
  let dropped = 0;
  let ended: ChannelEnd | undefined;

  const refusal = (max: number, signal: AbortSignal | undefined): ChannelEnd | undefined => {
    if (ended !== undefined) return ended;
    if (signal?.aborted === true) return { by: "subscriber", reason: "its signal had aborted" };
    if (subscriptions < max) return undefined;
    const reason = `there are ${max} subscriptions to the channels of this worker; end some, or raise limits.subscriptions`;
    return { by: "overload", reason };
  };

  return {
    subscribe(scope, channel, options, max) {
      const buffer = subscriptionBuffer(channel, options);
      const { signal } = options;
      const refused = refusal(max, signal);
      const key = channelKey(scope, channel);
      const onAbort = (): void => void subscriber.subscription.return?.();
      const subscriber = createSubscriber(channel, buffer, () => {
        if (refused !== undefined) return;
        if (signal !== undefined) removeAbortListener(signal, onAbort);
        subscriptions--;
        const subscribers = watched.get(key);
        subscribers?.delete(subscriber);
        if (subscribers?.size === 0) watched.delete(key);
      });
      if (refused !== undefined) {
        subscriber.end(refused);
        return subscriber.subscription;
      }
      subscriptions++;
      const subscribers = watched.get(key);
      if (subscribers === undefined) watched.set(key, new Set([subscriber]));
      else subscribers.add(subscriber);
      if (signal !== undefined) addAbortListener(signal, onAbort);
      return subscriber.subscription;
    },
    emit(scope, channel, push, bytes) {
      if (subscriptions === 0) return;
      for (const subscriber of [...(watched.get(channelKey(scope, channel)) ?? [])]) {
        dropped += subscriber.push(push, bytes);
      }
    },
    close(scope, channel, end) {
      if (subscriptions === 0) return;
      for (const subscriber of [...(watched.get(channelKey(scope, channel)) ?? [])]) subscriber.end(end);
    },
    end(end) {
      ended ??= end;
      for (const subscribers of [...watched.values()]) for (const one of [...subscribers]) one.end(end);
    },
    get stats() {
      return { subscriptions, dropped };
    },
  };
}
