import { ErrorCode, toWireError, type WireError } from "./errors.js";
import { guarded } from "./guarded-callback.js";
import { createItemProducer, type SendItem } from "./stream-producer.js";

/** The caller's end of the input of one call. */
export interface InputSender {
  /** What the input threw, once the handler was told. */
  readonly error: unknown;
  /** Whether the handler waits for the caller: it asked for an item that is not there yet. */
  readonly isWaiting: boolean;
  grant(items: unknown, bytes: unknown): void;
  /** The call is over, or its handler reads no more: the caller's iterator is ended. */
  stop(): void;
}

/**
 * Sends a caller's input as its handler asks for it. It ends as the iterable does: with an error, if that throws.
 * @param tellEnd tells the handler that nothing more comes.
 */
export function sendInput(
  source: AsyncIterable<unknown> | Iterable<unknown>,
  sendItem: SendItem,
  tellEnd: (error: WireError | undefined) => void,
): InputSender {
  const producer = createItemProducer(0, 0);
  let error: unknown;
  let isOver = false;
  producer.run(source, sendItem).then(
    () => {
      isOver = true;
      if (!producer.isStopped()) tellEnd(undefined);
    },
    (thrown) => {
      isOver = true;
      if (producer.isStopped()) return;
      error = thrown;
      tellEnd(toWireError(thrown, ErrorCode.INPUT_FAILED));
    },
  );
  return {
    get error() {
      return error;
    },
    get isWaiting() {
      return producer.isWaiting() && !producer.isStopped();
    },
    grant: (items, bytes) => producer.grant(items, bytes),
    stop() {
      if (isOver || producer.isStopped()) return;
      producer.stop();
      // A stream of Node holds its file until it is destroyed, and `return` reaches only one that is being read.
      guarded(
        () => (source as { destroy?: () => unknown }).destroy?.(),
        () => {},
      );
    },
  };
}
