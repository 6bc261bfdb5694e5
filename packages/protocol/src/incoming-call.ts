import type { Arrival } from "./arrival.js";
import type { CallInput } from "./call-input.js";
import type { Method } from "./contract.js";
import type { Id, MessageMeta, NotificationMessage, RequestMessage } from "./messages.js";
import type { ItemProducer } from "./stream-producer.js";
import type { StreamReader } from "./stream-reader.js";
import { readTrace, type TraceContext } from "./trace-context.js";

/** One call or notification being handled: what a peer passes to `handle`. */
export interface IncomingCall {
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
  isOver: boolean;
  /** A stream's own. */
  producer: ItemProducer | undefined;
  /** Of a method that takes input. */
  source: CallInput | undefined;
  /** Tells the caller how far the call has come; dropped once the call was answered, and for notifications. */
  readonly progress: (value: unknown) => void;
  /** What the caller sends along; `undefined` for a method that takes no input. Looking at it asks for the first items. */
  readonly input: StreamReader | undefined;
  /** Aborts when the caller cancels or goes away. */
  readonly signal: AbortSignal;
  /** Whether the caller cancelled, or went away. */
  readonly aborted: boolean;
  /** Aborts the handler's signal with this reason; idempotent. */
  abort(reason: unknown): void;
}

/** One that a message brought. */
export class ReceivedCall implements IncomingCall {
  readonly id: Id | undefined;
  readonly method: string;
  readonly definition: Method;
  readonly params: unknown;
  readonly meta: MessageMeta | undefined;
  trace: TraceContext | undefined;
  readonly bytes: number;
  readonly receivedAt: number;
  readonly deadline: number | undefined;
  onFinished: ((error: unknown) => void) | undefined;
  isOver = false;
  producer: ItemProducer | undefined;
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

  get progress(): (value: unknown) => void {
    this.#progress ??= (value) => this.#sendProgress(this, value);
    return this.#progress;
  }

  get input(): StreamReader | undefined {
    return this.source?.open();
  }

  /** Made on first use: most handlers never look at it. */
  get signal(): AbortSignal {
    if (this.#controller === undefined) {
      this.#controller = new AbortController();
      if (this.#aborted) this.#controller.abort(this.#abortReason);
    }
    return this.#controller.signal;
  }

  get aborted(): boolean {
    return this.#aborted;
  }

  abort(reason: unknown): void {
    if (this.#aborted) return;
    this.#aborted = true;
    this.#abortReason = reason;
    this.#controller?.abort(reason);
    this.producer?.stop();
    this.source?.close(reason);
  }
}
