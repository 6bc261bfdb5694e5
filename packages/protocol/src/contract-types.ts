import type {
  Contract,
  Method,
  MethodMap,
  NotificationMethod,
  RequestMethod,
  StreamMethod,
  TakesInput,
} from "./contract.js";
import type { TraceOptions } from "./trace-context.js";

type NamesOfKind<M extends MethodMap, Kind extends Method["kind"]> = {
  [K in keyof M & string]: M[K] extends { readonly kind: Kind } ? K : never;
}[keyof M & string];

/** The names of a method map's requests. */
export type RequestNames<M extends MethodMap> = NamesOfKind<M, "request">;
/** The names of a method map's notifications. */
export type NotificationNames<M extends MethodMap> = NamesOfKind<M, "notification">;
/** The names of a method map's streams. */
export type StreamNames<M extends MethodMap> = NamesOfKind<M, "stream">;

/** What the caller passes: the params schema's input. */
export type ParamsInput<D> =
  D extends RequestMethod<infer P, infer _PO, infer _R, infer _RO, infer _G, infer _GO>
    ? P
    : D extends NotificationMethod<infer P, infer _PO>
      ? P
      : D extends StreamMethod<infer P, infer _PO, infer _I, infer _IO>
        ? P
        : never;

/** What the handler receives: the params schema's output. */
export type ParamsOutput<D> =
  D extends RequestMethod<infer _P, infer PO, infer _R, infer _RO, infer _G, infer _GO>
    ? PO
    : D extends NotificationMethod<infer _P, infer PO>
      ? PO
      : D extends StreamMethod<infer _P, infer PO, infer _I, infer _IO>
        ? PO
        : never;

/** What a request's handler returns: the result schema's input. */
export type ResultInput<D> =
  D extends RequestMethod<infer _P, infer _PO, infer R, infer _RO, infer _G, infer _GO> ? R : never;
/** What a request's caller receives: the result schema's output. */
export type ResultOutput<D> =
  D extends RequestMethod<infer _P, infer _PO, infer _R, infer RO, infer _G, infer _GO> ? RO : never;
/** What a handler passes to `ctx.progress`. */
export type ProgressInput<D> =
  D extends RequestMethod<infer _P, infer _PO, infer _R, infer _RO, infer G, infer _GO> ? G : never;
/** What `onProgress` receives. */
export type ProgressOutput<D> =
  D extends RequestMethod<infer _P, infer _PO, infer _R, infer _RO, infer _G, infer GO> ? GO : never;
/** What a stream's producer yields. */
export type ItemInput<D> = D extends StreamMethod<infer _P, infer _PO, infer I, infer _IO> ? I : never;
/** What a stream's reader receives. */
export type ItemOutput<D> = D extends StreamMethod<infer _P, infer _PO, infer _I, infer IO> ? IO : never;

/** The part of a request handler's context that the method types. */
export interface ProgressReporter<Progress> {
  /** Tells the caller how far the call has come. Dropped when the caller does not listen. */
  progress(value: Progress): void;
}

/** The part of a handler's context that a method with `input` types. */
export interface InputReader<Item> {
  /**
   * What the caller sends along, each item checked; for `for await`. The first look asks for the first items, and reading
   * paces the caller. Leaving the loop, or answering, ends the caller's iterator. Throws what the input failed with
   * (`INPUT_FAILED`, or the caller's own code), `INVALID_PARAMS` for an item that does not fit the schema, and what the
   * call was cancelled with.
   */
  readonly input: ItemStream<Item>;
}

/** What the options of a call hold for a method with `input`. */
export interface InputOption<Item> {
  /**
   * The items to send along, read as fast as the handler takes them. Ended (`return()`, and `destroy()` of a stream of
   * Node) when the call is over before it is; what it throws is thrown where the handler reads. A call that is refused
   * before it is sent leaves it untouched.
   */
  readonly input: AsyncIterable<Item> | Iterable<Item>;
}

type InputContext<D> = D extends TakesInput<infer _I, infer O> ? InputReader<O> : unknown;

/** The last argument of a call: may be left out, unless it must have the method's `input`. */
export type CallOptionsArgument<D, Options> = [D] extends [never]
  ? [options?: Options]
  : D extends TakesInput<infer I, infer _O>
    ? [options: Options & InputOption<I>]
    : [options?: Options & { readonly input?: never }];

/** The handler of one method, given the context an end passes to its handlers. */
export type Handler<D, Context> = D extends { readonly kind: "request" }
  ? (
      params: ParamsOutput<D>,
      context: Context & ProgressReporter<ProgressInput<D>> & InputContext<D>,
    ) => ResultInput<D> | PromiseLike<ResultInput<D>>
  : D extends { readonly kind: "stream" }
    ? (
        params: ParamsOutput<D>,
        context: Context & InputContext<D>,
      ) => AsyncIterable<ItemInput<D>> | Iterable<ItemInput<D>>
    : (params: ParamsOutput<D>, context: Context) => unknown;

type OptionalNames<M extends MethodMap> = {
  [K in keyof M]: M[K] extends { readonly optional: true } ? K : never;
}[keyof M];

/** A handler for every method of a map; optional methods may be left out. */
export type Handlers<M extends MethodMap, Context> = {
  readonly [K in Exclude<keyof M, OptionalNames<M>>]: Handler<M[K], Context>;
} & { readonly [K in OptionalNames<M>]?: Handler<M[K], Context> };

/** A host's handlers: those of `scoped` methods get a context that surely has a scope. */
export type ScopedHandlers<M extends MethodMap, Context, ScopedContext> = {
  readonly [K in Exclude<keyof M, OptionalNames<M>>]: Handler<M[K], ContextOf<M[K], Context, ScopedContext>>;
} & { readonly [K in OptionalNames<M>]?: Handler<M[K], ContextOf<M[K], Context, ScopedContext>> };

type ContextOf<D, Context, ScopedContext> = D extends { readonly scoped: true } ? ScopedContext : Context;

/** Options of one request. */
export interface RequestOptions<Progress = unknown> extends TraceOptions {
  /** Cancels the call: the caller is released at once with `CANCELLED` (`TIMEOUT` for `AbortSignal.timeout`). */
  readonly signal?: AbortSignal | undefined;
  /** How long to wait for the answer, in ms, 1 to 2,147,483,647. Default: the method's, else 30,000. */
  readonly timeoutMs?: number | undefined;
  /**
   * How long nothing may be heard of the call, ms: each `ctx.progress` of its handler begins it anew, `timeoutMs` stays the
   * most it may take in all. Fails with `TIMEOUT`, `data.idleTimeoutMs`. Default: the method's, else no such limit.
   */
  readonly idleTimeoutMs?: number | undefined;
  /** Called with each value the handler passes to `ctx.progress`. What it throws is reported and changes nothing else. */
  readonly onProgress?: ((value: Progress) => void) | undefined;
}

/** Options of one stream. */
export interface StreamOptions extends TraceOptions {
  /** Cancels the stream: the reader gets `CANCELLED` and the producer's `finally` runs. */
  readonly signal?: AbortSignal | undefined;
  /** How long the whole stream may take, in ms. Default: the method's, else no limit. */
  readonly timeoutMs?: number | undefined;
  /**
   * How long no item may come while the reader waits for one, ms; the time an item lies unread is not counted. Fails with
   * `TIMEOUT`, `data.idleTimeoutMs`. Default: the method's, else no such limit.
   */
  readonly idleTimeoutMs?: number | undefined;
  /** How far the producer may run ahead of the reader. Default 256 items and 1 MiB. */
  readonly window?: { readonly items?: number; readonly bytes?: number } | undefined;
}

/**
 * The other end as a caller sees it; `Extra` is what an end adds to the options of a call (the host adds `scope`),
 * `RequestExtra` to those of a request (the host adds `resend` too).
 */
export interface Remote<M extends MethodMap, Extra = unknown, RequestExtra = Extra> {
  request<K extends RequestNames<M>>(
    method: K,
    params: ParamsInput<M[K]>,
    ...options: CallOptionsArgument<M[K], RequestOptions<ProgressOutput<M[K]>> & RequestExtra>
  ): Promise<ResultOutput<M[K]>>;
  /**
   * Returns whether it was queued: `false` means dropped (past a bound, or no live worker) and counted, or refused for
   * options that cannot be, which is logged.
   */
  notify<K extends NotificationNames<M>>(method: K, params: ParamsInput<M[K]>, options?: TraceOptions & Extra): boolean;
  stream<K extends StreamNames<M>>(
    method: K,
    params: ParamsInput<M[K]>,
    ...options: CallOptionsArgument<M[K], StreamOptions & Extra>
  ): ItemStream<ItemOutput<M[K]>>;
}

/** The items of a stream: for `for await`, and for `await using`, which cancels it when the block is left. */
export type ItemStream<T> = AsyncIterableIterator<T> & AsyncDisposable;

/** The host→worker methods of a contract. */
export type HostToWorker<C> = C extends Contract<infer H, infer _W, infer _S> ? H : never;
/** The worker→host methods of a contract. */
export type WorkerToHost<C> = C extends Contract<infer _H, infer W, infer _S> ? W : never;
/** The names of the capabilities that a contract's worker→host methods need. */
export type CapabilityOf<C> =
  C extends Contract<infer _H, infer W, infer _S>
    ? string extends keyof W
      ? string
      : { [K in keyof W]: NamedCapability<W[K]> }[keyof W]
    : never;
/** A method that needs none has any `string`. */
type NamedCapability<M> = M extends { readonly capability?: infer Name extends string }
  ? string extends Name
    ? never
    : Name
  : never;
/** The scope type of a contract. */
export type ScopeOf<C> = C extends Contract<infer _H, infer _W, infer S> ? S : never;
