import { ErrorCode, RpcError } from "./errors.js";
import { createFifo } from "./fifo.js";
import { handled } from "./handled-promise.js";

/** What a reader needs of its peer. */
export interface StreamReaderHooks {
  /** Gives credit back to the producer. */
  grant(items: number, bytes: number): void;
  /** The reader does not want more: cancel the producer. */
  cancel(reason: unknown): void;
  /**
   * Whether credit is to be given back now, though little was taken, and though no more items come: it tells who waits that
   * the reader goes on. Asked at each item taken.
   */
  isDue?(): boolean;
  /** Told how many bytes more, or less, wait to be read; `false` when there is no room for them. Default: the window alone is the bound. */
  keeps?(bytes: number): boolean;
}

interface Waiter {
  readonly resolve: (result: IteratorResult<unknown>) => void;
  readonly reject: (error: unknown) => void;
}

/** The reading end of a stream: buffers at most its window, gives credit back as items are taken. */
export class StreamReader implements AsyncIterableIterator<unknown> {
  readonly #window: { readonly items: number; readonly bytes: number };
  #hooks: StreamReaderHooks | undefined;
  readonly #buffer = createFifo<{ readonly item: unknown; readonly bytes: number }>();
  #waiters: Waiter[] = [];
  #bufferedBytes = 0;
  #takenItems = 0;
  #takenBytes = 0;
  #ended = false;
  #error: unknown;

  constructor(window: { readonly items: number; readonly bytes: number }) {
    this.#window = window;
  }

  /** Connects the reader to its peer. */
  attach(hooks: StreamReaderHooks): void {
    this.#hooks = hooks;
  }

  /** Whether items have come that nobody has taken. */
  get hasItems(): boolean {
    return this.#buffer.length() > 0;
  }

  /** Whether nothing more is taken from the wire; what is buffered can still be read. */
  get isOver(): boolean {
    return this.#ended;
  }

  [Symbol.asyncIterator](): this {
    return this;
  }

  next(): Promise<IteratorResult<unknown>> {
    const buffered = this.#buffer.shift();
    if (buffered !== undefined) {
      this.#bufferedBytes -= buffered.bytes;
      this.#hooks?.keeps?.(-buffered.bytes);
      this.#giveBack(buffered.bytes);
      return Promise.resolve({ done: false, value: buffered.item });
    }
    if (this.#ended) {
      const error = this.#error;
      this.#error = undefined;
      return error === undefined ? Promise.resolve({ done: true, value: undefined }) : handled(Promise.reject(error));
    }
    return handled(new Promise((resolve, reject) => this.#waiters.push({ resolve, reject })));
  }

  return(): Promise<IteratorResult<unknown>> {
    if (!this.#ended) {
      this.end(undefined);
      this.#hooks?.cancel("the reader stopped reading");
    }
    this.#drop();
    this.#error = undefined;
    return Promise.resolve({ done: true, value: undefined });
  }

  throw(error: unknown): Promise<IteratorResult<unknown>> {
    return handled(this.return().then(() => Promise.reject(error)));
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.return().then(() => {});
  }

  /**
   * Takes one item from the wire, if the stream is not over; ends it when the producer overruns the window it was given.
   * Returns whether it was taken.
   */
  push(item: unknown, bytes: number): boolean {
    if (this.#ended) return false;
    const waiter = this.#waiters.shift();
    if (waiter !== undefined) {
      this.#giveBack(bytes);
      waiter.resolve({ done: false, value: item });
      return true;
    }
    // One item may exceed the byte window: it is sent while any byte credit is left.
    if (this.#buffer.length() >= this.#window.items || this.#bufferedBytes > this.#window.bytes) {
      this.fail(
        new RpcError(
          ErrorCode.OVERLOADED,
          `the producer ran ahead of its credit of ${this.#window.items} items and ${this.#window.bytes} bytes`,
        ),
      );
      return false;
    }
    if (this.#hooks?.keeps?.(bytes) === false) {
      this.fail(
        new RpcError(ErrorCode.OVERLOADED, "too much waits to be read: read sooner, or raise limits.incomingBytes"),
      );
      return false;
    }
    this.#buffer.push({ item, bytes });
    this.#bufferedBytes += bytes;
    return true;
  }

  /** Ends at once with an error: items nobody has taken are dropped. */
  abandon(error: unknown): void {
    if (this.#ended) return;
    this.#drop();
    this.end(error);
  }

  /** Ends with an error and tells the producer to stop. */
  fail(error: unknown): void {
    if (this.#ended) return;
    this.end(error);
    this.#hooks?.cancel(error);
  }

  /** Ends after the items already buffered; with an error if one is given. */
  end(error: unknown): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#error = error;
    const waiters = this.#waiters;
    this.#waiters = [];
    waiters.forEach((waiter, index) => {
      if (index === 0 && error !== undefined) {
        this.#error = undefined;
        waiter.reject(error);
      } else waiter.resolve({ done: true, value: undefined });
    });
  }

  #drop(): void {
    if (this.#bufferedBytes > 0) this.#hooks?.keeps?.(-this.#bufferedBytes);
    this.#buffer.clear();
    this.#bufferedBytes = 0;
  }

  /** Credit goes back in halves of the window: one message for many items. */
  #giveBack(bytes: number): void {
    const isDue = this.#hooks?.isDue?.() === true;
    if (this.#ended && !isDue) return;
    this.#takenItems += 1;
    this.#takenBytes += bytes;
    if (!isDue && this.#takenItems * 2 < this.#window.items && this.#takenBytes * 2 < this.#window.bytes) return;
    this.#hooks?.grant(this.#takenItems, this.#takenBytes);
    this.#takenItems = 0;
    this.#takenBytes = 0;
  }
}

/** The reader of a stream that never started. */
export function failedStream(error: unknown): StreamReader {
  const reader = new StreamReader({ items: 1, bytes: 1 });
  reader.end(error);
  return reader;
}
