import { type Clock, ErrorCode, isRpcError, type PluginEvent } from "@outrigger/protocol";
import { createEventQueue, type QueuedEvent } from "./event-queue.js";
import { createSubscriptions, type EventSubscriptions } from "./event-subscriptions.js";

/** Why an event will not be delivered: `refused`: trying again cannot help. */
export type DeadLetterWhy = "attempts" | "refused" | "overflow";

/** Bounds and times of the delivery to one worker, resolved. */
export interface LaneSettings {
  /** Events kept. Default 10,000. */
  readonly maxEvents: number;
  /** Their size as JSON, bytes. Default 64 MiB. */
  readonly maxBytes: number;
  /** Subscriptions of one process. Default 1,000. */
  readonly maxSubscriptions: number;
  /** Size of their patterns and filters as JSON, bytes. Default 1 MiB. */
  readonly maxSubscriptionBytes: number;
  /** Events in flight at once. With 1, the default, the next is sent when the one before was acknowledged. */
  readonly window: number;
  /** How often one event is sent at most; then it is a dead letter. Default 5. */
  readonly maxAttempts: number;
  /** Wait after the first failure of an event, ms; doubled with each further one. Default 1,000. */
  readonly retryMs: number;
  /** Longest wait, ms. Default 60,000. */
  readonly maxRetryMs: number;
}

/** What a lane needs of those around it. */
export interface LaneHooks {
  readonly clock: Clock;
  send(event: PluginEvent): Promise<unknown>;
  delivered(event: PluginEvent, attempts: number): void;
  deadLetter(event: PluginEvent, why: DeadLetterWhy, attempts: number, error: unknown): void;
}

/** What is known of the delivery to one worker. */
export interface LaneStats {
  readonly queued: number;
  readonly bytes: number;
  readonly inFlight: number;
  /** Of the latest process. */
  readonly subscriptions: number;
  readonly delivered: number;
  /** Sendings beside the first of an event. */
  readonly redelivered: number;
  readonly deadLetters: number;
  /** Kept while the worker was down, and not wanted by its next process. */
  readonly unwanted: number;
}

/** The events on their way to one worker. */
export interface EventLane {
  readonly subscriptions: EventSubscriptions;
  /** `false`: the worker has not asked for it, or there is no room. */
  offer(event: PluginEvent, bytes: number): boolean;
  /** A process serves, and its setup is done. */
  serve(incarnation: number): void;
  /** No process serves: what was sent to the last one may come again. */
  pause(): void;
  /** Its worker is gone: returns what was not delivered, of which nothing is told any more. */
  end(): readonly PluginEvent[];
  readonly stats: LaneStats;
}

/** From these the same event would fail in the same way. */
const HOPELESS: ReadonlySet<number> = new Set([
  ErrorCode.INVALID_REQUEST,
  ErrorCode.METHOD_NOT_FOUND,
  ErrorCode.INVALID_PARAMS,
  ErrorCode.METHOD_NOT_IMPLEMENTED,
  ErrorCode.MESSAGE_TOO_LARGE,
]);

export function createEventLane(settings: LaneSettings, hooks: LaneHooks): EventLane {
  const subscriptions = createSubscriptions({ count: settings.maxSubscriptions, bytes: settings.maxSubscriptionBytes });
  const queue = createEventQueue({ events: settings.maxEvents, bytes: settings.maxBytes });
  const counts = { delivered: 0, redelivered: 0, deadLetters: 0, unwanted: 0 };
  let serving: number | undefined;
  let cancelRetry: (() => void) | undefined;
  let retryAt = 0;
  let isOver = false;

  const endRetry = (): void => {
    cancelRetry?.();
    cancelRetry = undefined;
  };
  const pause = (): void => {
    serving = undefined;
    endRetry();
  };
  const retryIn = (ms: number): void => {
    // Whoever serves next begins at once; a longer wait, of another event, goes on.
    const dueAt = hooks.clock.now() + ms;
    if (serving === undefined || (cancelRetry !== undefined && dueAt <= retryAt)) return;
    endRetry();
    retryAt = dueAt;
    cancelRetry = hooks.clock.setTimer(() => {
      cancelRetry = undefined;
      pump();
    }, ms);
  };

  const pump = (): void => {
    while (serving !== undefined && cancelRetry === undefined) {
      const entry = queue.next(settings.window);
      if (entry === undefined) return;
      if (subscriptions.wants(entry.event)) void send(entry);
      else {
        queue.remove(entry);
        counts.unwanted++;
      }
    }
  };

  const send = async (entry: QueuedEvent): Promise<void> => {
    const incarnation = serving;
    entry.inFlight = true;
    if (++entry.attempts > 1) counts.redelivered++;
    try {
      await hooks.send(entry.event);
    } catch (error) {
      if (isOver) return;
      entry.inFlight = false;
      failed(entry, error, incarnation);
      pump();
      return;
    }
    if (isOver) return;
    queue.remove(entry);
    counts.delivered++;
    hooks.delivered(entry.event, entry.attempts);
    pump();
  };

  const failed = (entry: QueuedEvent, error: unknown, incarnation: number | undefined): void => {
    const local = isRpcError(error) && !error.remote ? error : undefined;
    const isGone = local?.code === ErrorCode.WORKER_UNAVAILABLE;
    // Its next process says when it serves.
    if (isGone && serving === incarnation) serving = undefined;
    if (neverSent(local)) {
      entry.attempts--;
      if (entry.attempts > 0) counts.redelivered--;
      if (!isGone) retryIn(settings.retryMs);
      return;
    }
    const isHopeless = isRpcError(error) && HOPELESS.has(error.code);
    if (isHopeless || entry.attempts >= settings.maxAttempts) {
      queue.remove(entry);
      counts.deadLetters++;
      hooks.deadLetter(entry.event, isHopeless ? "refused" : "attempts", entry.attempts, error);
    } else if (!isGone) {
      retryIn(Math.min(settings.retryMs * 2 ** (entry.attempts - 1), settings.maxRetryMs));
    }
  };

  return {
    subscriptions,
    offer(event, bytes) {
      if (!subscriptions.keeps(event)) return false;
      if (!queue.add(event, bytes)) {
        counts.deadLetters++;
        hooks.deadLetter(event, "overflow", 0, undefined);
        return false;
      }
      pump();
      return true;
    },
    serve(incarnation) {
      subscriptions.served(incarnation);
      serving = incarnation;
      endRetry();
      pump();
    },
    pause,
    end() {
      isOver = true;
      pause();
      return queue.clear();
    },
    get stats() {
      const { size: queued, bytes, inFlight } = queue;
      return { queued, bytes, inFlight, subscriptions: subscriptions.size, ...counts };
    },
  };
}

/** It was not the event's fault, nor did anybody see it. */
function neverSent(local: { readonly code: number; readonly data: unknown } | undefined): boolean {
  if (local?.code === ErrorCode.OVERLOADED) return true;
  const data = local?.data as { readonly mayHaveRun?: boolean } | undefined;
  return local?.code === ErrorCode.WORKER_UNAVAILABLE && data?.mayHaveRun === false;
}
