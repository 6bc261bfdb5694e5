import type { Arrival } from "./arrival.js";
import type { CallInput } from "./call-input.js";
import type { Method } from "./contract.js";
import { ErrorCode, isRpcError, RpcError } from "./errors.js";
import type { Id, MessageMeta, NotificationMessage, RequestMessage } from "./messages.js";
import type { ItemProducer } from "./stream-producer.js";
import type { StreamReader } from "./stream-reader.js";
import { readTrace, type TraceContext } from "./trace-context.js";

/** One call or notification being handled: what a peer passes to `handle`. Its class is nobody else's to construct. */
export interface IncomingCall extends Pick<ReceivedCall, keyof ReceivedCall> {}

export class ReceivedCall {
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
  /** The trace it belongs to: what came with it, unless its handler runs in a span of this end. */
  trace: TraceContext | undefined;
  /** Bytes of the message that brought it. */
  readonly bytes: number;
  /** When it came, ms on this end's clock; 0 when nobody measures. */
  readonly receivedAt: number;
  /** When the caller stops waiting, ms on this end's clock; `undefined` when it has none. */
  readonly deadline: number | undefined;
  /** Told once, when the handler has finished and its answer is queued; with what it failed with. Must not throw. */
  onFinished: ((error: unknown) => void) | undefined;
  /** It was answered, or its notification handled. */
  isOver = false;
  /** A stream's own. */
  producer: ItemProducer | undefined;
  /** Of a method that takes input. */
  source: CallInput | undefined;
  #controller: AbortController | undefined;
  #abortReason: unknown;
  #aborted = false;
  readonly #sendProgress: (call: IncomingCall, value: unknown) => void;
  #progress: ((value: unknown) => void) | undefined;

  constructor(
    message: RequestMessage | NotificationMessage,
    definition: Method,
    params: unknown,
    arrival: Arrival,
    sendProgress: (call: IncomingCall, value: unknown) => void,
  ) {
    const { method, meta } = message;
    this.id = "id" in message ? message.id : undefined;
    this.method = method;
    this.definition = definition;
    this.params = params;
    this.meta = meta;
    this.bytes = arrival.bytes;
    this.trace = meta?.traceparent === undefined ? undefined : readTrace(meta.traceparent, meta.tracestate);
    this.receivedAt = arrival.receivedAt;
    this.deadline = arrival.deadline;
    this.#sendProgress = sendProgress;
  }

  /** Tells the caller how far the call has come; dropped once the call was answered, and for notifications. */
  get progress(): (value: unknown) => void {
    this.#progress ??= (value) => this.#sendProgress(this, value);
    return this.#progress;
  }

  /** What the caller sends along; `undefined` for a method that takes no input. Looking at it asks for the first items. */
  get input(): StreamReader | undefined {
    return this.source?.open();
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

  /** Why it was aborted, as its caller is told when its handler ends for that. */
  get abortError(): RpcError {
    const reason = this.#abortReason;
    return isRpcError(reason) ? reason : new RpcError(ErrorCode.CANCELLED, `${this.method}: cancelled`);
  }

  /** Aborts the handler's signal with this reason; idempotent. */
  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
    this.producer?.stop();
    this.source?.close(reason);
  }
}
