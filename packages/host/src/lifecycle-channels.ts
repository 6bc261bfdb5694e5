import { channel } from "node:diagnostics_channel";
import { WORKER_EVENTS, type WorkerEvents } from "./host-events.js";

/** The name of the diagnostics channel of each event of a worker: `outrigger:worker:crash`. */
export const WORKER_CHANNELS = Object.freeze(
  Object.fromEntries(Object.keys(WORKER_EVENTS).map((event) => [event, `outrigger:worker:${event}`])),
) as { readonly [K in keyof WorkerEvents]: `outrigger:worker:${K}` };

/** What the subscribers of {@link WORKER_CHANNELS} are told: the event, and the contract its worker is of. */
export type WorkerMessage<K extends keyof WorkerEvents> = WorkerEvents[K] & { readonly contract: string };

const channels = new Map(Object.entries(WORKER_CHANNELS).map(([event, name]) => [event, channel(name)]));

/** Tells the subscribers in this process, whichever host it happens in. */
export function tellEvent<K extends keyof WorkerEvents>(contract: string, event: K, payload: WorkerEvents[K]): void {
  const subscribed = channels.get(event);
  if (subscribed?.hasSubscribers === true) subscribed.publish({ ...payload, contract });
}
