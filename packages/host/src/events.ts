import { isThenable } from "./is-thenable.js";

/** Receives what was emitted; what it returns is ignored, unless it is a promise that rejects. */
export type Listener<Payload> = (payload: Payload) => unknown;

/** The half of an emitter that its users see. */
export interface Events<EventMap extends object> {
  /** Calls `listener` each time; the returned function takes it off again. */
  on<K extends keyof EventMap>(event: K, listener: Listener<EventMap[K]>): () => void;
  /** Calls `listener` the next time only; the returned function takes it off again. */
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
}

/**
 * Makes an emitter. A listener that throws, or returns a promise that rejects, is told to `onError` and changes
 * nothing else; what `onError` throws is dropped. Not node:events: there a throwing listener ends the loop and reaches
 * who emits, and an `error` event without listener throws.
 */
export function createEmitter<EventMap extends object>(
  onError: (error: unknown, event: keyof EventMap) => void = () => {},
): Emitter<EventMap> {
  // Lists are replaced, never changed: one that is being walked stays as it was.
  const registrations = new Map<keyof EventMap, readonly Registration[]>();

  const remove = (event: keyof EventMap, registration: Registration | undefined): void => {
    const left = (registrations.get(event) ?? []).filter((other) => other !== registration);
    if (left.length === 0) registrations.delete(event);
    else registrations.set(event, left);
  };

  const add = (event: keyof EventMap, registration: Registration): (() => void) => {
    registrations.set(event, [...(registrations.get(event) ?? []), registration]);
    return () => remove(event, registration);
  };

  const report = (error: unknown, event: keyof EventMap): void => {
    try {
      onError(error, event);
    } catch {
      // There is nobody left to tell.
    }
  };

  return {
    on: (event, listener) => add(event, { listener, once: false }),
    once: (event, listener) => add(event, { listener, once: true }),
    off(event, listener) {
      remove(
        event,
        registrations.get(event)?.findLast((registration) => registration.listener === listener),
      );
    },
    emit(event, payload) {
      for (const registration of registrations.get(event) ?? []) {
        if (registration.once) remove(event, registration);
        try {
          const returned = (registration.listener as Listener<unknown>)(payload);
          if (isThenable(returned)) returned.then(undefined, (error: unknown) => report(error, event));
        } catch (error) {
          report(error, event);
        }
      }
    },
    listenerCount: (event) => registrations.get(event)?.length ?? 0,
    clear: () => registrations.clear(),
  };
}
