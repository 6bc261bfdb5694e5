import type { ItemStream } from "@outrigger/protocol";

/** The iterator of a stream that never started: its first `next` fails. */
export function failedStream(error: unknown): ItemStream<unknown> {
  let told = false;
  const done: IteratorResult<unknown> = { done: true, value: undefined };
  const iterator: ItemStream<unknown> = {
    [Symbol.asyncIterator]: () => iterator,
    next() {
      if (told) return Promise.resolve(done);
      told = true;
      const failure = Promise.reject(error);
      // A rejection nobody awaits must not end the process.
      failure.catch(() => {});
      return failure;
    },
    return() {
      told = true;
      return Promise.resolve(done);
    },
    async [Symbol.asyncDispose]() {
      told = true;
    },
  };
  return iterator;
}
