import { inputOf, type Method } from "./contract.js";
import { ErrorCode, RpcError, toWireError, type WireError } from "./errors.js";
import { guarded } from "./guarded-callback.js";
import { createItemProducer, isIterable, type SendItem } from "./stream-producer.js";

/** The caller's end of the input of one call. */
export interface InputSender {
  /** What the input threw, once the handler was told. */
  readonly error: unknown;
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
      if (!producer.isStopped) tellEnd(undefined);
    },
    (thrown) => {
      isOver = true;
      if (producer.isStopped) return;
      error = thrown;
      tellEnd(toWireError(thrown, ErrorCode.INPUT_FAILED));
    },
  );
  return {
    get error() {
      return error;
    },
    grant: (items, bytes) => producer.grant(items, bytes),
    stop() {
      if (isOver || producer.isStopped) return;
      producer.stop();
      // A stream of Node holds its file until it is destroyed, and `return` reaches only one that is being read.
      guarded(
        () => (source as { destroy?: () => unknown }).destroy?.(),
        () => {},
      );
    },
  };
}

function isReadable(source: unknown): boolean {
  try {
    return isIterable(source);
  } catch {
    return false;
  }
}

/** Why a call cannot go with this input, or without any; `undefined` when it can. */
export function wrongInput(
  definition: Method,
  method: string,
  source: unknown,
  isAgreed: boolean,
): RpcError | undefined {
  if (inputOf(definition) === undefined) {
    return new RpcError(ErrorCode.INVALID_PARAMS, `${method} takes no input; leave it out of the call's options`);
  }
  if (!isReadable(source)) {
    const got = source === null ? "null" : typeof source;
    const expected = "expected an AsyncIterable or Iterable in the call's options";
    return new RpcError(ErrorCode.INVALID_PARAMS, `${method} takes input: ${expected}, got ${got}`);
  }
  if (isAgreed) return undefined;
  return new RpcError(
    ErrorCode.METHOD_NOT_IMPLEMENTED,
    `${method} takes input, which the other end cannot read: it does not have the feature "input"; upgrade its SDK`,
    { data: { mayHaveRun: false } },
  );
}
