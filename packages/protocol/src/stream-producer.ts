import { ErrorCode, RpcError } from "./errors.js";

/** How much a producer may still send. Waking is level-free: the waiter looks again. */
export interface StreamCredit {
  items: number;
  bytes: number;
  wake(): void;
  /** Resolves at the next wake. */
  changed(): Promise<void>;
}

export function createStreamCredit(items: number, bytes: number): StreamCredit {
  let waiter: (() => void) | undefined;
  return {
    items,
    bytes,
    wake() {
      waiter?.();
      waiter = undefined;
    },
    changed: () =>
      new Promise((resolve) => {
        waiter = resolve;
      }),
  };
}

/**
 * Pulls items as fast as credit allows and sends them. Ends when the iterable does; when `aborted` turns true it runs
 * the producer's `finally` through `return()` and ends. Rejects with what the producer threw.
 */
export async function produceItems(
  source: unknown,
  credit: StreamCredit,
  aborted: () => boolean,
  sendItem: (item: unknown) => number | Promise<number>,
): Promise<void> {
  if (!isIterable(source)) {
    throw new RpcError(ErrorCode.INVALID_RESULT, "a stream's handler must return an iterable, like an async generator");
  }
  const iterator =
    Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : (source[Symbol.iterator]() as Iterator<unknown>);
  let exhausted = false;
  try {
    while (!aborted()) {
      if (credit.items <= 0 || credit.bytes <= 0) {
        await credit.changed();
        continue;
      }
      const next = iterator.next();
      const { done, value } = "then" in next ? await next : next;
      if (done === true) {
        exhausted = true;
        return;
      }
      if (aborted()) return;
      const sent = sendItem(value);
      credit.items -= 1;
      credit.bytes -= typeof sent === "number" ? sent : await sent;
    }
  } catch (error) {
    exhausted = true;
    try {
      await iterator.return?.();
    } catch {
      // The first error is the one to tell.
    }
    throw error;
  } finally {
    if (!exhausted) await iterator.return?.();
  }
}

function isIterable(value: unknown): value is AsyncIterable<unknown> | Iterable<unknown> {
  return typeof value === "object" && value !== null && (Symbol.asyncIterator in value || Symbol.iterator in value);
}
