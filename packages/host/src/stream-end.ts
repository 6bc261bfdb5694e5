/** Passes an iterator on, and tells once when it ended: read to the end, failed, or given up by its reader. */
export function onStreamEnd<T>(source: AsyncIterableIterator<T>, onEnd: () => void): AsyncIterableIterator<T> {
  let isOver = false;
  const end = (): void => {
    if (!isOver) onEnd();
    isOver = true;
  };
  const watched = (result: Promise<IteratorResult<T>>): Promise<IteratorResult<T>> => {
    result.then(
      ({ done }) => {
        if (done === true) end();
      },
      () => end(),
    );
    return result;
  };
  const iterator: AsyncIterableIterator<T> & AsyncDisposable = {
    [Symbol.asyncIterator]: () => iterator,
    next: () => watched(source.next()),
    return: (value) => watched(source.return?.(value) ?? Promise.resolve({ done: true, value })),
    throw: (error) => watched(source.throw?.(error) ?? Promise.reject(error)),
    [Symbol.asyncDispose]: async () => {
      await iterator.return?.();
    },
  };
  return iterator;
}

/** The iterator of a stream that never started: its first `next` fails. */
export function failedStream(error: unknown): AsyncIterableIterator<unknown> {
  let told = false;
  const done: IteratorResult<unknown> = { done: true, value: undefined };
  const iterator: AsyncIterableIterator<unknown> = {
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
  };
  return onStreamEnd(iterator, () => {});
}
