import { RpcTarget } from "capnweb";
import { type Document, review } from "../../work.js";
import { drive, emit } from "../../worker-work.js";

/** What the host gives its worker. */
export class HostApi extends RpcTarget {
  readonly #increment: (n: number) => number;
  readonly #event: (seq: number) => void;

  constructor(increment: (n: number) => number, event: (seq: number) => void) {
    super();
    this.#increment = increment;
    this.#event = event;
  }

  increment(n: number): number {
    return this.#increment(n);
  }

  event(seq: number): void {
    this.#event(seq);
  }
}

/** The host as a worker sees it. */
export interface RemoteHost {
  increment(n: number): PromiseLike<number>;
  event(seq: number): Disposable;
}

/** What a worker gives its host. */
export class WorkerApi extends RpcTarget {
  readonly #host: () => RemoteHost;

  constructor(host: () => RemoteHost) {
    super();
    this.#host = host;
  }

  add(a: number, b: number): number {
    return a + b;
  }

  review(document: Document): Document {
    return review(document);
  }

  text(text: string): string {
    return text;
  }

  bytes(bytes: Uint8Array): Uint8Array {
    return bytes;
  }

  drive(chains: number, calls: number): Promise<void> {
    const host = this.#host();
    return drive(chains, calls, (n) => host.increment(n));
  }

  emit(count: number): Promise<void> {
    const host = this.#host();
    // A call whose answer is not wanted is disposed of; that is its notification.
    return emit(count, (seq) => host.event(seq)[Symbol.dispose]());
  }

  items(count: number): ReadableStream<number> {
    let seq = 0;
    return new ReadableStream<number>({
      pull(controller) {
        if (seq < count) controller.enqueue(seq++);
        else controller.close();
      },
    });
  }
}
