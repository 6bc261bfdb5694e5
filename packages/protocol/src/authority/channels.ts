import { ErrorCode, RpcError } from "../errors.js";
import { isRecord } from "../value-kind.js";

/** Bounds of the push channels of one worker. */
export interface ChannelLimits {
  /** Channels open at once, over all scopes. Default 1,000. */
  readonly max: number;
  /** Length of a channel's name, characters. Default 256. */
  readonly nameCharacters: number;
}

/** The bounds when none are given. */
export const DEFAULT_CHANNEL_LIMITS: ChannelLimits = { max: 1_000, nameCharacters: 256 };

/** One open push channel: the same name in another scope is another channel. */
interface Channel<Scope> {
  readonly scope: Scope;
  readonly channel: string;
}

/** A channel that is over, and why: for whoever watches it. */
interface ClosedChannel<Scope> extends Channel<Scope> {
  readonly reason: string;
}

/** The push channels one process has open. */
export interface Channels<Scope> {
  /** Returns whether it is new: an open channel stays open. @throws RpcError OVERLOADED, INVALID_PARAMS */
  open(scope: Scope, channel: string): boolean;
  /** @throws RpcError INVALID_REQUEST unless this process opened the channel in this scope. */
  checkOpen(scope: Scope, channel: string): void;
  /** What was closed; `undefined` when it was not open. */
  close(scope: Scope, channel: string, reason: string): ClosedChannel<Scope> | undefined;
  /** The process is gone: everything it had open, to be told to who watches. */
  closeAll(reason: string): readonly ClosedChannel<Scope>[];
  size(): number;
}

/** Keeps the channels one process has open. Scopes are equal when they are equal as JSON, in any order of keys. */
export function createChannels<Scope>(limits: ChannelLimits = DEFAULT_CHANNEL_LIMITS): Channels<Scope> {
  const open = new Map<string, Channel<Scope>>();
  return {
    open(scope, channel) {
      if (channel === "" || channel.length > limits.nameCharacters) {
        throw new RpcError(
          ErrorCode.INVALID_PARAMS,
          `channel: expected a name of 1 to ${limits.nameCharacters} characters, got ${channel.length}`,
        );
      }
      const key = channelKey(scope, channel);
      if (open.has(key)) return false;
      if (open.size >= limits.max) {
        throw new RpcError(
          ErrorCode.OVERLOADED,
          `channel ${channel}: this worker has ${limits.max} channels open; close those nobody needs`,
        );
      }
      open.set(key, { scope, channel });
      return true;
    },
    checkOpen(scope, channel) {
      if (open.has(channelKey(scope, channel))) return;
      throw new RpcError(
        ErrorCode.INVALID_REQUEST,
        `channel ${channel.slice(0, limits.nameCharacters)} is not open in this scope; open it first, in the same scope`,
      );
    },
    close(scope, channel, reason) {
      const key = channelKey(scope, channel);
      const closed = open.get(key);
      open.delete(key);
      return closed === undefined ? undefined : { ...closed, reason };
    },
    closeAll(reason) {
      const closed = Array.from(open.values(), (channel) => ({ ...channel, reason }));
      open.clear();
      return closed;
    },
    size: () => open.size,
  };
}

/** The same name in another scope is another key. */
export function channelKey(scope: unknown, channel: string): string {
  return `${stableJson(scope)}\n${channel}`;
}

function stableJson(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    isRecord(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
