import { type Entity, ErrorCode, RpcError } from "@outrigger/protocol";
import { ownMember } from "@outrigger/protocol/authority";
import type { HandlerContext } from "@outrigger/protocol/tracing";
import { createMemoryStore, type MemoryStore, pageOf } from "./memory-store.js";

/** What a plugin told the product through notifications and write-only methods. */
export interface Recorded<Scope = unknown, Push = unknown> {
  /** `events.emit`. */
  readonly events: {
    readonly name: string;
    readonly payload: unknown;
    readonly id: string;
    readonly scope: Scope | undefined;
  }[];
  /** `channels.emit`, of channels that were open. */
  readonly pushes: {
    readonly channel: string;
    readonly event?: string;
    readonly data: Push;
    readonly scope: Scope | undefined;
  }[];
  /** `activity.log`. */
  readonly activity: { readonly message: string; readonly scope: Scope | undefined }[];
  /** `metrics.write`. */
  readonly metrics: { readonly name: string; readonly value: number }[];
  /** Patterns of `events.subscribe`, by the id of the subscription. */
  readonly subscriptions: Map<string, string>;
}

/** What the in-memory product is made of. */
export interface MemoryHostOptions {
  readonly config: unknown;
  readonly secrets: Readonly<Record<string, string>>;
  readonly http: ((request: never) => unknown) | undefined;
}

type MemoryHandler = (params: never, call: HandlerContext) => unknown;

/** A product in memory: handlers for the worker→host methods of `pluginContract`, found by name. */
export interface MemoryHost {
  readonly state: MemoryStore<unknown>;
  readonly entities: MemoryStore<Entity>;
  readonly recorded: Recorded;
  readonly handlers: ReadonlyMap<string, MemoryHandler>;
}

export function createMemoryHost({ config, secrets, http }: MemoryHostOptions): MemoryHost {
  const state = createMemoryStore<unknown>();
  const entities = createMemoryStore<Entity>();
  const recorded: Recorded = { events: [], pushes: [], activity: [], metrics: [], subscriptions: new Map() };
  let ids = 0;

  interface StateParams {
    readonly namespace?: string;
    readonly key: string;
    readonly value?: unknown;
  }
  const stateOf = ({ namespace }: { readonly namespace?: string }, { scope }: HandlerContext) =>
    state.of(scope, namespace);

  const handlers: Record<string, MemoryHandler> = {
    "config.get": ({ key }: { readonly key?: string }) => (key === undefined ? config : ownMember(config, key)) ?? null,
    "state.get": (params: StateParams, call) => stateOf(params, call).get(params.key) ?? null,
    "state.set": (params: StateParams, call) => void stateOf(params, call).set(params.key, params.value),
    "state.delete": (params: StateParams, call) => stateOf(params, call).delete(params.key),
    "state.list": (params: { namespace?: string; prefix?: string; limit?: number; cursor?: string | null }, call) => {
      const matching = [...stateOf(params, call)].filter(([key]) => key.startsWith(params.prefix ?? ""));
      const { page, cursor } = pageOf(matching, params);
      return { entries: page.map(([key, value]) => ({ key, value })), cursor };
    },
    "entities.upsert": ({ entities: given }: { readonly entities: readonly Entity[] }, { scope }) => {
      const known = entities.of(scope);
      const keys = given.map(({ type, id }) => `${type}\n${id}`);
      const created = new Set(keys.filter((key) => !known.has(key))).size;
      for (const [index, key] of keys.entries()) known.set(key, given[index] as Entity);
      return { created, updated: given.length - created };
    },
    "entities.list": (
      params: { type?: string; ids?: string[]; status?: string; limit?: number; cursor?: string | null },
      { scope },
    ) => {
      const { type, ids: wanted, status } = params;
      const matching = [...entities.of(scope)].filter(
        ([, entity]) =>
          (type === undefined || entity.type === type) &&
          (wanted === undefined || wanted.includes(entity.id)) &&
          (status === undefined || entity.status === status),
      );
      const { page, cursor } = pageOf(matching, params);
      return { entities: page.map(([, entity]) => entity), cursor };
    },
    "events.emit": ({ name, payload, id }: { name: string; payload: unknown; id?: string }, { scope }) => {
      const event = { name, payload, id: id ?? `event-${++ids}`, scope };
      recorded.events.push(event);
      return { id: event.id };
    },
    "events.subscribe": ({ pattern }: { readonly pattern: string }) => {
      const id = `subscription-${++ids}`;
      recorded.subscriptions.set(id, pattern);
      return { id };
    },
    "events.unsubscribe": ({ id }: { readonly id: string }) => void recorded.subscriptions.delete(id),
    "http.fetch": (request: { readonly url: string }) => {
      if (http !== undefined) return http(request as never);
      throw new RpcError(
        ErrorCode.METHOD_NOT_IMPLEMENTED,
        `http.fetch of ${request.url}: give createTestHost an http function that answers`,
      );
    },
    "secrets.resolve": ({ ref }: { readonly ref: string }) => {
      if (Object.hasOwn(secrets, ref)) return secrets[ref];
      throw new RpcError(ErrorCode.INVALID_PARAMS, `params.ref: there is no secret ${JSON.stringify(ref)}`);
    },
    "activity.log": (entry: { readonly message: string }, { scope }) =>
      void recorded.activity.push({ ...entry, scope }),
    "metrics.write": (metric: { readonly name: string; readonly value: number }) => void recorded.metrics.push(metric),
    "channels.open": () => {},
    "channels.emit": (push: { readonly channel: string; readonly data: unknown }, { scope }) =>
      void recorded.pushes.push({ ...push, scope }),
    "channels.close": () => {},
  };
  return { state, entities, recorded, handlers: new Map(Object.entries(handlers)) };
}
