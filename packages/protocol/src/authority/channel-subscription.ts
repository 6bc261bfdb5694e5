import { checkSignal } from "../abort-listeners.js";
import type { MethodMap } from "../contract.js";
import type { ParamsOutput } from "../contract-types.js";
import { ErrorCode, RpcError } from "../errors.js";
import { createFifo } from "../fifo.js";

/** Why a subscription to a push channel ended. */
export interface ChannelEnd {
  /**
   * `worker`: it closed the channel. `worker-ended`: its process is gone, and the channel with it. `subscriber`: the loop
   * was left, or the signal aborted. `overflow`: it was read too slowly. `overload`: there were too many subscriptions.
   * `host`: the host closed, or removed the worker.
   */
  readonly by: "worker" | "worker-ended" | "subscriber" | "overflow" | "overload" | "host";
  /** For people. */
  readonly reason: string;
}

/** How much a subscription keeps for a slow reader, and what is done past it. */
export interface SubscriptionBuffer {
  /** Default 256. */
  readonly items: number;
  /** As they came over the wire; one that is larger is kept alone. Default 1 MiB. */
  readonly bytes: number;
  /** `drop-oldest`: the oldest go, and are counted. `close`: the subscription ends. Default `drop-oldest`. */
  readonly overflow: "drop-oldest" | "close";
}

/** How many subscriptions to the channels of one worker there may be, unless something else is said. */
export const DEFAULT_SUBSCRIPTIONS = 1_000;

/** The buffer of a subscription that asks for none. */
export const DEFAULT_SUBSCRIPTION_BUFFER: SubscriptionBuffer = {
  items: 256,
  bytes: 1024 * 1024,
  overflow: "drop-oldest",
};

/** How to subscribe to a push channel. */
export interface ChannelOptions<Scope = unknown> {
  /** Whose channel of that name. Default: the one that is opened without a scope. */
  readonly scope?: Scope | undefined;
  /** Unsubscribes when it aborts. */
  readonly signal?: AbortSignal | undefined;
  /** What is kept for a slow reader: by default 256 items and 1 MiB, past which the oldest are dropped and counted. */
  readonly buffer?: { readonly [K in keyof SubscriptionBuffer]?: SubscriptionBuffer[K] | undefined } | undefined;
}

/** Fills in the defaults. @throws RpcError INVALID_PARAMS naming what cannot be used */
export function subscriptionBuffer(channel: string, { signal, buffer = {} }: ChannelOptions): SubscriptionBuffer {
  const { items, bytes, overflow } = DEFAULT_SUBSCRIPTION_BUFFER;
  const asked = {
    items: buffer.items ?? items,
    bytes: buffer.bytes ?? bytes,
    overflow: buffer.overflow ?? overflow,
  };
  const refuse = (what: string): never => {
    throw new RpcError(ErrorCode.INVALID_PARAMS, `channel ${channel}: ${what}`);
  };
  for (const name of ["items", "bytes"] as const) {
    const count = asked[name];
    if (!Number.isSafeInteger(count) || count < 1) {
      refuse(`buffer.${name}: expected a whole number from 1, got ${String(count)}`);
    }
  }
  if (asked.overflow !== "drop-oldest" && asked.overflow !== "close") {
    refuse(`buffer.overflow: expected "drop-oldest" or "close", got ${JSON.stringify(asked.overflow)}`);
  }
  try {
    if (signal !== undefined) checkSignal(signal, `channel ${channel}`);
  } catch (error) {
    throw new RpcError(ErrorCode.INVALID_PARAMS, (error as Error).message);
  }
  return asked;
}

/**
 * What is pushed on a channel, from the subscription on. Leaving the loop unsubscribes. The loop never throws: it ends when
 * the channel does, and `closed` tells why.
 */
export interface ChannelSubscription<Push = unknown> extends AsyncIterableIterator<Push>, AsyncDisposable {
  /** The name of the channel. */
  readonly channel: string;
  /** Why it ended; `undefined` while it goes on. What was pushed before can still be read. */
  readonly closed: ChannelEnd | undefined;
  /** How much was dropped, because it was read too slowly. */
  readonly dropped: number;
}

/** What is pushed on the channels of a method map: the params of its `channels.emit`. */
export type ChannelPush<M extends MethodMap> = M extends { readonly "channels.emit": infer D }
  ? ParamsOutput<D>
  : never;

/** The end of a subscription that its hub holds. */
export interface Subscriber<Push> {
  readonly subscription: ChannelSubscription<Push>;
  /** Returns how many were dropped for it. */
  push(push: Push, bytes: number): number;
  end(end: ChannelEnd): void;
}

/** @param onEnd told once, when nothing more is to be pushed. */
export function createSubscriber<Push>(
  channel: string,
  buffer: SubscriptionBuffer,
  onEnd: () => void,
): Subscriber<Push> {
  const queue = createFifo<{ readonly push: Push; readonly bytes: number }>();
  let queuedBytes = 0;
  let waiters: ((result: IteratorResult<Push>) => void)[] = [];
  let closed: ChannelEnd | undefined;
  let dropped = 0;

  const end = (why: ChannelEnd): void => {
    if (closed !== undefined) return;
    closed = why;
    onEnd();
    const waiting = waiters;
    waiters = [];
    for (const resolve of waiting) resolve({ done: true, value: undefined });
  };

  const shift = () => {
    const oldest = queue.shift();
    queuedBytes -= oldest?.bytes ?? 0;
    return oldest;
  };

  const subscription: ChannelSubscription<Push> = {
    channel,
    get closed() {
      return closed;
    },
    get dropped() {
      return dropped;
    },
    next() {
      const oldest = shift();
      if (oldest !== undefined) return Promise.resolve({ done: false, value: oldest.push });
      if (closed !== undefined) return Promise.resolve({ done: true, value: undefined });
      return new Promise((resolve) => waiters.push(resolve));
    },
    return() {
      end({ by: "subscriber", reason: "the subscriber stopped reading" });
      queue.clear();
      queuedBytes = 0;
      return Promise.resolve({ done: true, value: undefined });
    },
    [Symbol.asyncIterator]: () => subscription,
    [Symbol.asyncDispose]: () => subscription.return?.().then(() => {}) as Promise<void>,
  };

  return {
    subscription,
    push(push, bytes) {
      if (closed !== undefined) return 0;
      const waiter = waiters.shift();
      if (waiter !== undefined) {
        waiter({ done: false, value: push });
        return 0;
      }
      let late = 0;
      while (queue.length() > 0 && (queue.length() >= buffer.items || queuedBytes + bytes > buffer.bytes)) {
        if (buffer.overflow === "close") {
          const bound = `${buffer.items} items and ${buffer.bytes} bytes`;
          end({
            by: "overflow",
            reason: `it was read too slowly: more than ${bound} waited; read faster, or raise buffer`,
          });
          return 1;
        }
        shift();
        late++;
      }
      dropped += late;
      queue.push({ push, bytes });
      queuedBytes += bytes;
      return late;
    },
    end,
  };
}
