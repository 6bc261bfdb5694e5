import { didYouMean } from "@outrigger/protocol/authority";
import { guarded } from "@outrigger/protocol/outcomes";
import { invalidOption, shown } from "./option-checks.js";

/** Receives what was emitted; what it returns is ignored, unless it is a promise that rejects. */
export type Listener<Payload> = (payload: Payload) => unknown;

/** The half of an emitter that its users see. */
export interface Events<EventMap extends object> {
  /**
   * Calls `listener` each time; the returned function takes it off again.
   * @throws RpcError INVALID_PARAMS for an event there is not, or a listener that is no function
   */
  on<K extends keyof EventMap>(event: K, listener: Listener<EventMap[K]>): () => void;
  /** Calls `listener` the next time only; the returned function takes it off again. Throws like `on`. */
  once<K extends keyof EventMap>(event: K, listener: Listener<EventMap[K]>): () => void;
  /** Takes off the registration of `listener` made last. */
  off<K extends keyof EventMap>(event: K, listener: Listener<EventMap[K]>): void;
}

/** An emitter whose listeners cannot disturb it, each other, or who emits. */
export interface Emitter<EventMap extends object> extends Events<EventMap> {
  emit<K extends keyof EventMap>(event: K, payload: EventMap[K]): void;
  listenerCount(event: keyof EventMap): number;
  /** Takes off all listeners. */
  clear(): void;
}

interface Registration {
  readonly listener: Listener<never>;
  readonly once: boolean;
  /** It was for once, and that was. */
  isSpent: boolean;
}

/**
 * Makes an emitter. A listener that throws, or returns a promise that rejects, is told to `onError` and changes
 * nothing else; what `onError` throws is dropped. Not node:events: there a throwing listener ends the loop and reaches
 * who emits, and an `error` event without listener throws.
 * @param names the events there are; others cannot be listened to
 */
export function createEmitter<EventMap extends object>(
  names: Readonly<Record<keyof EventMap, true>>,
  onError: (error: unknown, event: keyof EventMap, payload: EventMap[keyof EventMap]) => void = () => {},
): Emitter<EventMap> {
  // Lists are replaced, never changed: one that is being walked stays as it was.
  const registrations = new Map<keyof EventMap, readonly Registration[]>();

  const remove = (event: keyof EventMap, registration: Registration | undefined): void => {
    const left = (registrations.get(event) ?? []).filter((other) => other !== registration);
    if (left.length === 0) registrations.delete(event);
    else registrations.set(event, left);
  };

  const add = (event: keyof EventMap, registration: Registration): (() => void) => {
    if (!Object.hasOwn(names, event)) throw unknownEvent(event, Object.keys(names));
    if (typeof registration.listener !== "function") {
      throw invalidOption(`listener of ${shown(event)}: expected a function, got ${shown(registration.listener)}`);
    }
    registrations.set(event, [...(registrations.get(event) ?? []), registration]);
    return () => remove(event, registration);
  };

  const report = (error: unknown, event: keyof EventMap, payload: EventMap[keyof EventMap]): void => {
    try {
      onError(error, event, payload);
    } catch {
      // There is nobody left to tell.
    }
  };

  return {
    on: (event, listener) => add(event, { listener, once: false, isSpent: false }),
    once: (event, listener) => add(event, { listener, once: true, isSpent: false }),
    off(event, listener) {
      remove(
        event,
        registrations.get(event)?.findLast((registration) => registration.listener === listener),
      );
    },
    emit(event, payload) {
      for (const registration of registrations.get(event) ?? []) {
        if (registration.isSpent) continue;
        if (registration.once) {
          registration.isSpent = true;
          remove(event, registration);
        }
        guarded(
          () => (registration.listener as Listener<unknown>)(payload),
          (error) => report(error, event, payload),
        );
      }
    },
    listenerCount: (event) => registrations.get(event)?.length ?? 0,
    clear: () => registrations.clear(),
  };
}

function unknownEvent(event: unknown, known: readonly string[]): Error {
  const hint = typeof event === "string" ? didYouMean(event, known) : "";
  return invalidOption(`there is no event ${shown(event)}${hint} (there are ${known.join(", ")})`);
}
