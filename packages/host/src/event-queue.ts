import type { PluginEvent } from "@outrigger/protocol";

/** An event on its way to one worker. */
export interface QueuedEvent {
  readonly event: PluginEvent;
  readonly bytes: number;
  /** How often it was sent, or may have been. */
  attempts: number;
  inFlight: boolean;
}

/** Events in order of arrival, until each is acknowledged: bounded in count and bytes. */
export interface EventQueue {
  /** `false`: there is no room for it. */
  add(event: PluginEvent, bytes: number): boolean;
  /** The first that is not in flight, among the first `window`. */
  next(window: number): QueuedEvent | undefined;
  remove(entry: QueuedEvent): void;
  /** Empties it, and tells what was in it. */
  clear(): readonly PluginEvent[];
  readonly size: number;
  readonly bytes: number;
  readonly inFlight: number;
}

export function createEventQueue(max: { readonly events: number; readonly bytes: number }): EventQueue {
  let entries: QueuedEvent[] = [];
  let total = 0;
  return {
    add(event, bytes) {
      if (entries.length >= max.events || total + bytes > max.bytes) return false;
      entries.push({ event, bytes, attempts: 0, inFlight: false });
      total += bytes;
      return true;
    },
    next(window) {
      for (let index = 0; index < Math.min(window, entries.length); index++) {
        const entry = entries[index] as QueuedEvent;
        if (!entry.inFlight) return entry;
      }
      return undefined;
    },
    remove(entry) {
      // What is acknowledged is among the first.
      const index = entries.indexOf(entry);
      if (index === -1) return;
      entries.splice(index, 1);
      total -= entry.bytes;
    },
    clear() {
      const events = entries.map(({ event }) => event);
      entries = [];
      total = 0;
      return events;
    },
    get size() {
      return entries.length;
    },
    get bytes() {
      return total;
    },
    get inFlight() {
      return entries.reduce((count, { inFlight }) => count + (inFlight ? 1 : 0), 0);
    },
  };
}
