import type { Method } from "./contract.js";
import type { Id, MessageMeta } from "./messages.js";
import type { StreamCredit } from "./stream-producer.js";

/** One call or notification being handled: what a peer passes to `handle`. */
export class IncomingCall {
  /** `undefined` for a notification. */
  readonly id: Id | undefined;
  /** The name of the method. */
  readonly method: string;
  /** What the contract says of it. */
  readonly definition: Method;
  /** The params schema's output. */
  readonly params: unknown;
  /** What came beside the params: invocation, deadline, trace. */
  readonly meta: MessageMeta | undefined;
  /** When the caller stops waiting, ms on this end's clock; `undefined` when it told no deadline. */
  readonly deadline: number | undefined;
  /** Tells the caller how far the call has come; dropped once the call was answered, and for notifications. */
  readonly progress: (value: unknown) => void;
  /** A stream's credit. */
  credit: StreamCredit | undefined;
  #controller: AbortController | undefined;
  #abortReason: unknown;
  #aborted = false;

  constructor(
    call: Pick<IncomingCall, "id" | "method" | "definition" | "params" | "meta" | "deadline">,
    sendProgress: (call: IncomingCall, value: unknown) => void,
  ) {
    this.id = call.id;
    this.method = call.method;
    this.definition = call.definition;
    this.params = call.params;
    this.meta = call.meta;
    this.deadline = call.deadline;
    this.progress = (value) => sendProgress(this, value);
  }

  /** Aborts when the caller cancels or goes away. Made on first use: most handlers never look at it. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  /** Whether the caller cancelled, or went away. */
  get aborted(): boolean {
    return this.#aborted;
  }

  /** Aborts the handler's signal with this reason; idempotent. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
    this.credit?.wake();
  }
}
