import type { StandardSchemaV1 } from "@standard-schema/spec";
import { checkMethod, checkSchema } from "./contract-checks.js";
import type { SecretMarks, SecretsOf } from "./secret-marks.js";

/** Any Standard Schema: zod, valibot, arktype, … Validation must be synchronous. */
export type Schema<In = unknown, Out = In> = StandardSchemaV1<In, Out>;

type AnySchema = Schema<unknown, unknown>;
type In<S extends AnySchema> = StandardSchemaV1.InferInput<S>;
type Out<S extends AnySchema> = StandardSchemaV1.InferOutput<S>;

/** What every method of a contract may say about itself. */
export interface MethodOptions {
  /** worker→host only: the capability a worker needs to call this method. Refused with `CAPABILITY_DENIED` otherwise. */
  readonly capability?: string;
  /** worker→host only: refused with `INVOCATION_SCOPE_DENIED` unless the call carries a live scope. Default `false`. */
  readonly scoped?: boolean;
  /**
   * What no tape may show (`record` of the host): `true` for all of its calls, or parts and members of them, such as
   * `{ params: ["token"], result: true }`. Of the errors of a method with marks a tape shows the code alone. Default: nothing.
   */
  readonly secret?: true | SecretMarks | undefined;
}

/** Options of `request` and `stream` methods. */
export interface CallMethodOptions extends MethodOptions {
  /** Timeout of one call in ms when the caller gives none. Default: the runtime's call timeout (30,000); streams have none. */
  readonly timeoutMs?: number;
  /**
   * How long nothing may be heard of a call (no progress, no item), ms, when the caller says nothing. It fails with `TIMEOUT`
   * then; `timeoutMs` stays the most it may take in all. Default: no such limit.
   */
  readonly idleTimeoutMs?: number;
  /**
   * The call may run twice without harm. Default `false`. host→worker requests: a call that died with its worker is sent once
   * more, to the next process, within its deadline. Elsewhere it is for callers to read.
   */
  readonly idempotent?: boolean;
}

/** A method answered exactly once. Made by {@link request}. */
export interface RequestMethod<
  ParamsIn = unknown,
  ParamsOut = unknown,
  ResultIn = unknown,
  ResultOut = unknown,
  ProgressIn = unknown,
  ProgressOut = unknown,
  Optional extends boolean = boolean,
> extends CallMethodOptions {
  readonly kind: "request";
  readonly params: Schema<ParamsIn, ParamsOut>;
  readonly result: Schema<ResultIn, ResultOut>;
  readonly progress: Schema<ProgressIn, ProgressOut> | undefined;
  readonly optional: Optional;
}

/** A method with no answer. Made by {@link notification}. */
export interface NotificationMethod<ParamsIn = unknown, ParamsOut = unknown, Optional extends boolean = boolean>
  extends MethodOptions {
  readonly kind: "notification";
  readonly params: Schema<ParamsIn, ParamsOut>;
  readonly optional: Optional;
}

/** A method answered by a sequence of items. Made by {@link stream}. */
export interface StreamMethod<
  ParamsIn = unknown,
  ParamsOut = unknown,
  ItemIn = unknown,
  ItemOut = unknown,
  Optional extends boolean = boolean,
> extends CallMethodOptions {
  readonly kind: "stream";
  readonly params: Schema<ParamsIn, ParamsOut>;
  readonly item: Schema<ItemIn, ItemOut>;
  readonly optional: Optional;
}

/** The definition of one method, of any kind. */
export type Method = RequestMethod | NotificationMethod | StreamMethod;

/** Keeps in the type what a method's input consists of: a `request` or `stream` whose caller sends a sequence of items. */
export interface TakesInput<ItemIn = unknown, ItemOut = unknown> {
  readonly input: Schema<ItemIn, ItemOut>;
}

/** What a method's `input` adds to its type. */
type InputPart<U extends AnySchema | undefined> = [U] extends [AnySchema] ? TakesInput<In<U>, Out<U>> : unknown;
type InputItem<U extends AnySchema | undefined> = [U] extends [AnySchema] ? In<U> : never;

/** The schema of a method's input; `undefined` for a method that takes none. */
export function inputOf(definition: Method): Schema | undefined {
  return (definition as Partial<TakesInput>).input;
}

/** Keeps in the type whether a method is scoped (its host handler then has a scope for sure), and its capability's name. */
export interface Scoping<Scoped extends boolean, Capability extends string = string> {
  readonly scoped: Scoped;
  readonly capability?: Capability;
}

/** Method name to definition. */
export interface MethodMap {
  readonly [method: string]: Method;
}

/** The methods two ends agree on. Made by {@link defineContract}. */
export interface Contract<
  HostToWorker extends MethodMap = MethodMap,
  WorkerToHost extends MethodMap = MethodMap,
  Scope = unknown,
> {
  readonly name: string;
  readonly version: number;
  readonly hostToWorker: HostToWorker;
  readonly workerToHost: WorkerToHost;
  /** Validates the scope of a call; `undefined` means any `{ tenant: string }` the caller's types allow. */
  readonly scope: Schema<Scope, Scope> | undefined;
}

/**
 * Defines a method that is answered exactly once.
 *
 * The caller passes `params` schema *input*, the handler receives its *output*; the handler returns `result` schema
 * *input*, the caller receives its *output*. With `optional: true` a plugin may leave the handler out; calling it then
 * fails with `METHOD_NOT_IMPLEMENTED`.
 */
export function request<
  P extends AnySchema,
  R extends AnySchema,
  G extends AnySchema = AnySchema,
  O extends boolean = false,
  S extends boolean = false,
  U extends AnySchema | undefined = undefined,
  K extends string = never,
>(
  definition: Omit<CallMethodOptions, "secret"> & {
    readonly scoped?: S;
    readonly capability?: K;
    readonly params: P;
    readonly result: R;
    readonly secret?: SecretsOf<{ params: In<P>; result: In<R>; progress: In<G>; input: InputItem<U> }> | undefined;
    /** Schema of the values sent with `ctx.progress(value)`. Default: any JSON value, unchecked. */
    readonly progress?: G;
    readonly optional?: O;
    /**
     * Schema of one item of the input: the caller then passes `{ input: iterable }` in its options, and the handler reads
     * `ctx.input`, which paces it. See docs/calls.md in the repository. Default: the method takes no input.
     */
    readonly input?: U;
  },
): RequestMethod<In<P>, Out<P>, In<R>, Out<R>, In<G>, Out<G>, NoInfer<O>> &
  Scoping<NoInfer<S>, NoInfer<K>> &
  InputPart<U> {
  const method = freeze({
    ...definition,
    kind: "request" as const,
    progress: definition.progress as Schema<In<G>, Out<G>> | undefined,
    params: definition.params as Schema<In<P>, Out<P>>,
    result: definition.result as Schema<In<R>, Out<R>>,
    optional: (definition.optional ?? false) as O,
    scoped: (definition.scoped ?? false) as S,
  });
  return method as typeof method & InputPart<U>;
}

/** Defines a method with no answer: fire and forget, never an error at the caller. */
export function notification<
  P extends AnySchema,
  O extends boolean = false,
  S extends boolean = false,
  K extends string = never,
>(
  definition: Omit<MethodOptions, "secret"> & {
    readonly params: P;
    readonly secret?: SecretsOf<{ params: In<P> }> | undefined;
    readonly optional?: O;
    readonly scoped?: S;
    readonly capability?: K;
  },
): NotificationMethod<In<P>, Out<P>, NoInfer<O>> & Scoping<NoInfer<S>, NoInfer<K>> {
  return freeze({
    ...definition,
    kind: "notification" as const,
    params: definition.params as Schema<In<P>, Out<P>>,
    optional: (definition.optional ?? false) as O,
    scoped: (definition.scoped ?? false) as S,
  });
}

/**
 * Defines a method answered by a sequence of items: an async generator at the handler, an `AsyncIterable` at the caller.
 * Credit from the reader paces the producer, so that a slow reader bounds memory on both ends.
 */
export function stream<
  P extends AnySchema,
  I extends AnySchema,
  O extends boolean = false,
  S extends boolean = false,
  U extends AnySchema | undefined = undefined,
  K extends string = never,
>(
  definition: Omit<CallMethodOptions, "secret"> & {
    readonly capability?: K;
    readonly params: P;
    readonly item: I;
    readonly secret?: SecretsOf<{ params: In<P>; item: In<I>; input: InputItem<U> }> | undefined;
    readonly optional?: O;
    readonly scoped?: S;
    /** As of {@link request}: items then flow both ways. Default: the method takes no input. */
    readonly input?: U;
  },
): StreamMethod<In<P>, Out<P>, In<I>, Out<I>, NoInfer<O>> & Scoping<NoInfer<S>, NoInfer<K>> & InputPart<U> {
  const method = freeze({
    ...definition,
    kind: "stream" as const,
    params: definition.params as Schema<In<P>, Out<P>>,
    item: definition.item as Schema<In<I>, Out<I>>,
    optional: (definition.optional ?? false) as O,
    scoped: (definition.scoped ?? false) as S,
  });
  return method as typeof method & InputPart<U>;
}

/** The scope calls carry unless the contract names another: whose data a call may touch. */
export interface TenantScope {
  readonly tenant: string;
}

/**
 * Defines a contract: the one value host and plugin both compile against.
 *
 * @param definition `name` (non-empty), `version` (a positive integer, compared for equality in the handshake), the two
 * method maps, and optionally a `scope` schema (default `{ tenant: string }`).
 * @throws TypeError when the name is empty, the version is not a positive integer, or a method name is reserved
 * (starts with `$/`, or is one of the runtime's own: `initialize`, `initialized`, `health`, `shutdown`), or a host→worker
 * method has `capability` or `scoped`; TypeError when a method or a schema is none, or `secret` marks nothing; RangeError when a
 * method's `timeoutMs` or `idleTimeoutMs` is not from 1 to 2,147,483,647.
 */
export function defineContract<
  const H extends MethodMap,
  const W extends MethodMap = Record<never, never>,
  S extends AnySchema = Schema<TenantScope>,
>(definition: {
  readonly name: string;
  readonly version: number;
  readonly hostToWorker: H;
  readonly workerToHost?: W;
  readonly scope?: S;
}): Contract<H, W, Out<S>> {
  const { name, version, hostToWorker, workerToHost } = definition;
  if (typeof name !== "string" || name.trim() === "" || name.length > MAX_NAME) {
    const got = typeof name === "string" ? `${name.length} characters` : typeof name;
    throw new TypeError(`contract name: expected text of 1 to ${MAX_NAME} characters, got ${got}`);
  }
  if (!Number.isSafeInteger(version) || version < 1) {
    throw new TypeError(`contract ${name}: version: expected a positive integer, got ${String(version)}`);
  }
  const sides: Record<string, MethodMap> = { hostToWorker, workerToHost: workerToHost ?? {} };
  for (const [side, methods] of Object.entries(sides)) {
    if (Object(methods) !== methods) {
      throw new TypeError(`contract ${name}: ${side}: expected methods by name, got ${String(methods)}`);
    }
    for (const [method, definition] of Object.entries(methods)) {
      if (method === "" || isReservedMethod(method)) {
        throw new TypeError(
          `contract ${name}: ${side}: ${JSON.stringify(method)} is reserved for the runtime; choose another method name`,
        );
      }
      checkMethod(`contract ${name}: ${side}.${method}`, definition, side === "hostToWorker");
    }
  }
  if (definition.scope !== undefined) checkSchema(`contract ${name}: scope`, definition.scope);
  return freeze({
    name,
    version,
    hostToWorker: freeze({ ...hostToWorker }),
    workerToHost: freeze({ ...(workerToHost ?? ({} as W)) }),
    scope: definition.scope as Schema<Out<S>, Out<S>> | undefined,
  });
}

/** Characters of the name of a contract, a plugin, an SDK or a host, and of its version: both stand in logs and diagnostics. */
export const MAX_NAME = 256;

const RUNTIME_METHODS: ReadonlySet<string> = new Set(["initialize", "initialized", "health", "shutdown"]);

/** Whether a method name belongs to the runtime and so may not stand in a contract. */
export function isReservedMethod(method: string): boolean {
  return RUNTIME_METHODS.has(method) || method.startsWith("$/");
}

function freeze<T extends object>(value: T): T {
  return Object.freeze(value);
}
