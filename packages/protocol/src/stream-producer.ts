import { ErrorCode, RpcError } from "./errors.js";
import type { MessageMeta } from "./messages.js";
import type { PeerLimits } from "./peer-limits.js";

/** Sends one item; returns its size in bytes, or waits until it can. Rejects when it cannot be sent at all. */
export type SendItem = (item: unknown) => number | Promise<number>;

/** Sends the items of an iterable as fast as the credit of their reader allows. */
export interface ItemProducer {
  isStopped(): boolean;
  /** Whether its next item is waited for. */
  isWaiting(): boolean;
  /** The reader takes more. What is no count moves nothing. */
  grant(items: unknown, bytes: unknown): void;
  /** Nobody wants more: the iterator is ended, so that its `finally` runs. Idempotent. */
  stop(): void;
  /**
   * Settles when the iterable has ended, or was ended by `stop`. Rejects with what it threw, or with INVALID_RESULT when
   * there is none.
   */
  run(source: unknown, send: SendItem): Promise<void>;
}

/** Of a stream that was called, with the credit its reader gave with the call. */
export function producerFor(meta: MessageMeta | undefined, limits: PeerLimits): ItemProducer {
  const { items, bytes } = meta?.credit ?? {};
  return createItemProducer(isCount(items) ? items : limits.streamItems, isCount(bytes) ? bytes : limits.streamBytes);
}

/** Makes a producer with its first credit. */
export function createItemProducer(firstItems: number, firstBytes: number): ItemProducer {
  let items = firstItems;
  let bytes = firstBytes;
  let isStopped = false;
  let wake: (() => void) | undefined;
  let iterator: Iterator<unknown> | AsyncIterator<unknown> | undefined;
  let isWaiting = false;
  let returned: Promise<unknown> | undefined;

  const awake = (): void => {
    wake?.();
    wake = undefined;
  };

  /** An iterator that waits for its source may be able to end at once; a generator does so when it next yields. */
  const endWaiting = (): void => {
    try {
      returned = Promise.resolve(iterator?.return?.());
      returned.catch(() => {});
    } catch {
      // It is ended again when its wait is over.
    }
  };

  const end = async (): Promise<void> => {
    await (returned ?? iterator?.return?.());
  };

  return {
    isStopped: () => isStopped,
    isWaiting: () => isWaiting,
    grant(moreItems, moreBytes) {
      if (!isCount(moreItems) || !isCount(moreBytes)) return;
      items += moreItems;
      bytes += moreBytes;
      awake();
    },
    stop() {
      if (isStopped) return;
      isStopped = true;
      awake();
      if (isWaiting) endWaiting();
    },
    async run(source, send) {
      if (!isIterable(source)) {
        const text = "a stream's handler must return an iterable, like an async generator";
        throw new RpcError(ErrorCode.INVALID_RESULT, text);
      }
      let isOver = false;
      try {
        iterator = Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
        while (!isStopped) {
          if (items <= 0 || bytes <= 0) {
            await new Promise<void>((resolve) => {
              wake = resolve;
            });
            continue;
          }
          let next = iterator.next();
          if ("then" in next) {
            isWaiting = true;
            next = await next;
            isWaiting = false;
          }
          if (next.done === true) {
            isOver = true;
            return;
          }
          if (isStopped) return;
          const sent = send(next.value);
          items -= 1;
          // In a step of its own: what is granted during the wait must count.
          const sentBytes = typeof sent === "number" ? sent : await sent;
          bytes -= sentBytes;
        }
      } catch (error) {
        isOver = true;
        isWaiting = false;
        try {
          await end();
        } catch {
          // The first error is the one to tell.
        }
        throw error;
      } finally {
        if (!isOver) await end();
      }
    },
  };
}

/** Whether a value can be run. Text is not: its characters are no items. Throws what the value throws when it is looked at. */
export function isIterable(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  return typeof value === "object" && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}

/** Whether a value is a whole number from 0. */
function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
