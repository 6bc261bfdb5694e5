import { eventMatcher, matchesFilter, type PluginEvent, type Schema, validate } from "@outrigger/protocol";
import type { pluginContract } from "@outrigger/protocol/plugin-contract";
import { type Declaring, declaring } from "./define-plugin.js";
import { createRouter } from "./keyed-router.js";
import { checkObject } from "./option-checks.js";
import type { WorkerContext } from "./plugin-context.js";

type AnySchema = Schema<unknown, unknown>;
type Output<S> = S extends Schema<infer _In, infer Out> ? Out : never;
type EventContext = WorkerContext<typeof pluginContract>;

/** An event whose payload was checked. */
export type TypedEvent<Payload> = Omit<PluginEvent, "payload"> & { readonly payload: Payload };

/** Which events a handler takes, beside their name. */
export interface EventOptions<S extends AnySchema = AnySchema> {
  readonly description?: string | undefined;
  /** Schema of the payload. An event that does not fit fails its delivery with INVALID_PARAMS. */
  readonly payload?: S | undefined;
  /** Members the payload must have, with these values; or a function that tells. Other events are passed over. */
  readonly filter?: Readonly<Record<string, unknown>> | ((event: PluginEvent) => boolean) | undefined;
}

/** One handler of events with a payload schema or a filter. */
export interface EventEntry<Context> extends EventOptions {
  readonly run: (event: never, context: Context) => unknown;
}

/** One handler of events, with a payload schema or a filter. */
export function event<S extends AnySchema = AnySchema, Context = EventContext>(
  options: EventOptions<S>,
  run: (event: TypedEvent<Output<S>>, context: Context) => unknown,
): EventEntry<Context> {
  return { ...options, run };
}

/**
 * The handler of `onEvent`: handlers by pattern, declared to the host. A pattern is an event's name, `issue.*` for all
 * that begin with `issue.`, or `*`. Every handler whose pattern fits runs; when one fails, the delivery does, and the
 * event comes again: make handlers idempotent by `event.id`.
 *
 * @throws TypeError for a pattern with `*` anywhere but at its end, and for a handler that is none.
 */
export function events<Context = EventContext>(entries: {
  readonly [pattern: string]: EventEntry<Context> | ((event: PluginEvent, context: Context) => unknown);
}): ((call: { readonly event: PluginEvent }, context: Context) => Promise<void>) & Declaring {
  checkObject("event pattern entries", entries, "an object of functions by pattern");
  const { declare } = createRouter("event pattern", "event.name", entries, "payload");
  const patterns = Object.entries(entries).map(([pattern, entry]) => ({
    matches: eventMatcher(pattern),
    ...((typeof entry === "function" ? { run: entry } : entry) as EventOptions & { run: Run }),
  }));
  return declaring(async ({ event }: { readonly event: PluginEvent }, context: Context) => {
    const runs = patterns
      .filter(({ matches, filter }) => matches(event.name) && passes(event, filter))
      .map(async ({ payload, run }) => {
        const checked = payload === undefined ? event.payload : validate(payload, event.payload, "event.payload");
        await run({ ...event, payload: checked }, context);
      });
    const failed = (await Promise.allSettled(runs)).find((outcome) => outcome.status === "rejected");
    if (failed !== undefined) throw failed.reason;
  }, declare);
}

type Run = (event: unknown, context: unknown) => unknown;

function passes(event: PluginEvent, filter: EventOptions["filter"]): boolean {
  if (filter === undefined) return true;
  if (typeof filter === "function") return filter(event);
  return matchesFilter(event.payload, filter);
}
