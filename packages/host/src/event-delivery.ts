import { type Clock, ErrorCode, type PluginEvent, RpcError, systemClock } from "@outrigger/protocol";
import { checkKeys } from "@outrigger/protocol/authority";
import type { HandlerContext } from "@outrigger/protocol/tracing";
import { outsideServed } from "@outrigger/protocol/tracing";
import {
  createEventLane,
  type DeadLetterWhy,
  type EventLane,
  type LaneSettings,
  type LaneStats,
} from "./event-lane.js";
import type { Subscription } from "./event-subscriptions.js";
import { createEmitter, type Events } from "./events.js";
import type { WorkerEvents } from "./host-events.js";
import { checkCounts, checkDelays, type Given, invalidOption, shown, withDefaults } from "./option-checks.js";

/** Bounds and times of the delivery, for each worker. */
export interface DeliveryLimits extends LaneSettings {
  /** How long one delivery may take, ms. Default 30,000. */
  readonly timeoutMs: number;
}

/** Options of {@link createEventDelivery}. */
export interface DeliveryOptions<Scope = never> extends Given<DeliveryLimits> {
  /** The scope an event is delivered in. Default, also where it returns nothing: the event's `tenant`, if it has one. */
  readonly scope?: ((event: PluginEvent) => Scope | undefined) | undefined;
  readonly clock?: Clock | undefined;
}

const DEFAULTS: DeliveryLimits = {
  ...{ maxEvents: 10_000, maxBytes: 64 * 1024 * 1024, maxSubscriptions: 1_000 },
  ...{ maxSubscriptionBytes: 1024 * 1024, window: 1, maxAttempts: 5 },
  ...{ retryMs: 1_000, maxRetryMs: 60_000, timeoutMs: 30_000 },
};

/** What becomes of events. */
export interface DeliveryEvents {
  /** A worker acknowledged it. */
  delivered: { readonly workerId: string; readonly event: PluginEvent; readonly attempts: number };
  /** It will not be delivered to that worker: sent too often, refused for good, or no room. */
  "dead-letter": {
    readonly workerId: string;
    readonly event: PluginEvent;
    readonly why: DeadLetterWhy;
    readonly attempts: number;
    /** Of the last attempt. */
    readonly error: unknown;
  };
}

/** A worker whose contract has `onEvent` of `pluginContract`. */
interface EventWorker<Scope> {
  // A property, so that a scope which its contract does not have is an error.
  readonly request: (
    method: "onEvent",
    params: { readonly event: PluginEvent },
    options: { readonly timeoutMs: number; readonly resend: false; readonly scope?: Scope },
  ) => Promise<unknown>;
}

/** A host whose contract has `onEvent` of `pluginContract`. */
export interface EventHost<Scope = never> extends Pick<Events<WorkerEvents>, "on"> {
  get(workerId: string): EventWorker<Scope> | undefined;
}

/** Delivers events to the workers that subscribed to them, at least once, in order of arrival. */
export interface EventDelivery<Scope = never> extends Events<DeliveryEvents> {
  /** To be among the handlers of `createHost`. */
  readonly handlers: {
    "events.subscribe"(params: Subscription, context: HandlerContext): { readonly id: string };
    "events.unsubscribe"(params: { readonly id: string }, context: HandlerContext): void;
  };
  /** Begins to deliver; to be called once, before the first start. The returned function ends it. */
  connect(host: EventHost<Scope>): () => void;
  /**
   * Queues an event for each worker that asked for it, and returns their ids. Its id stays the same however often it is sent.
   * @throws RpcError INVALID_PARAMS for what is no event
   */
  publish(event: PluginEvent): readonly string[];
  /** Forgets a worker that was removed; returns what was not delivered to it, of which nothing is told any more. */
  forget(workerId: string): readonly PluginEvent[];
  /** By worker. */
  diagnostics(): readonly ({ readonly workerId: string } & LaneStats)[];
}

/**
 * Makes the delivery of events for one host. Events are kept in memory until they are acknowledged: what must outlive the
 * host's process, the product keeps itself until it hears `delivered`. See docs/lifecycle.md in the repository.
 *
 * @throws RpcError INVALID_PARAMS naming the option that cannot be used
 */
export function createEventDelivery<Scope = never>(options: DeliveryOptions<Scope> = {}): EventDelivery<Scope> {
  checkKeys("createEventDelivery", options, [...Object.keys(DEFAULTS), "scope", "clock"]);
  const { scope, clock = systemClock } = options;
  if (scope !== undefined && typeof scope !== "function") {
    throw invalidOption(`scope: expected a function, got ${shown(scope)}`);
  }
  const limits = withDefaults(DEFAULTS, options);
  const { retryMs, maxRetryMs, timeoutMs, ...counts } = limits;
  checkCounts("createEventDelivery", counts);
  checkDelays("createEventDelivery", { retryMs, maxRetryMs, timeoutMs });
  const emitter = createEmitter<DeliveryEvents>({ delivered: true, "dead-letter": true });
  const lanes = new Map<string, EventLane>();
  /** The processes that serve, by worker: one may ask for its first event long after its setup. */
  const serving = new Map<string, number>();
  let host: EventHost<Scope> | undefined;
  let subscriptions = 0;

  const send = async (workerId: string, event: PluginEvent): Promise<unknown> => {
    const worker = host?.get(workerId);
    if (worker === undefined) throw notThere(workerId);
    const given = scope?.(event);
    const inScope = given === undefined ? {} : { scope: given };
    return worker.request("onEvent", { event }, { timeoutMs, resend: false, ...inScope });
  };
  const laneOf = (workerId: string): EventLane => {
    const known = lanes.get(workerId);
    if (known !== undefined) return known;
    const lane = createEventLane(limits, {
      clock,
      send: (event) => send(workerId, event),
      delivered: (event, attempts) => emitter.emit("delivered", { workerId, event, attempts }),
      deadLetter: (event, why, attempts, error) =>
        emitter.emit("dead-letter", { workerId, event, why, attempts, error }),
    });
    lanes.set(workerId, lane);
    const incarnation = serving.get(workerId);
    if (incarnation !== undefined) lane.serve(incarnation);
    return lane;
  };

  return {
    on: emitter.on,
    once: emitter.once,
    off: emitter.off,
    handlers: {
      "events.subscribe"({ pattern, filter }, { workerId, incarnation, signal }) {
        // Called late, behind a check of the product's own: its process may be gone, and another have asked.
        signal.throwIfAborted();
        const id = `subscription-${++subscriptions}`;
        laneOf(workerId).subscriptions.add(incarnation, id, { pattern, filter });
        return { id };
      },
      "events.unsubscribe"({ id }, { workerId, incarnation }) {
        lanes.get(workerId)?.subscriptions.remove(incarnation, id);
      },
    },
    connect(connected) {
      if (host !== undefined) throw new RpcError(ErrorCode.INVALID_REQUEST, "connect: it is connected; one host each");
      host = connected;
      const offs = [
        connected.on("ready", ({ workerId, incarnation }) => {
          serving.set(workerId, incarnation);
          lanes.get(workerId)?.serve(incarnation);
        }),
        connected.on("status", ({ workerId, status }) => {
          if (status === "running") return;
          serving.delete(workerId);
          const lane = lanes.get(workerId);
          lane?.pause();
          if (status === "stopped") lane?.subscriptions.end();
        }),
      ];
      return () => {
        for (const off of offs) off();
        for (const lane of lanes.values()) lane.pause();
        serving.clear();
        host = undefined;
      };
    },
    publish(given) {
      const { event, bytes } = copyOf(given);
      // It is delivered long after the call of a worker that it may be published in.
      return outsideServed(() =>
        Array.from(lanes).flatMap(([workerId, lane]) => (lane.offer(event, bytes) ? [workerId] : [])),
      );
    },
    forget(workerId) {
      const lane = lanes.get(workerId);
      lanes.delete(workerId);
      return lane?.end() ?? [];
    },
    diagnostics: () => Array.from(lanes, ([workerId, lane]) => ({ workerId, ...lane.stats })),
  };
}

/**
 * As the wire carries it: whoever changes his object afterwards changes nothing of what is sent, or sent again. Whether all of
 * it fits, the worker tells.
 */
function copyOf(given: PluginEvent): { readonly event: PluginEvent; readonly bytes: number } {
  for (const member of ["id", "name"] as const) {
    const value: unknown = given?.[member];
    if (typeof value === "string" && value !== "") continue;
    throw invalidOption(`event.${member}: expected text, got ${shown(value)}`);
  }
  const at: unknown = given.occurredAt;
  if (typeof at !== "string" || !/^\d{4}-\d\d-\d\dT.+(Z|[+-]\d\d:\d\d)$/.test(at) || Number.isNaN(Date.parse(at))) {
    throw invalidOption(`event.occurredAt: expected an ISO 8601 time with its zone, got ${shown(at)}`);
  }
  try {
    const text = JSON.stringify(given);
    return { event: JSON.parse(text) as PluginEvent, bytes: Buffer.byteLength(text) };
  } catch (error) {
    throw invalidOption(`event: expected what JSON can carry: ${(error as Error).message}`);
  }
}

function notThere(workerId: string): RpcError {
  return new RpcError(ErrorCode.WORKER_UNAVAILABLE, `onEvent: there is no worker ${workerId}`, {
    data: { mayHaveRun: false, workerId },
  });
}
