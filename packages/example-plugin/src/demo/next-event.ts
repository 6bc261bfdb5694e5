import type { Events, WorkerEvents } from "@outrigger/host";

/** The next event of a kind. Ask before what causes it. */
export function nextEvent<K extends keyof WorkerEvents>(
  events: Events<WorkerEvents>,
  name: K,
  signal: AbortSignal,
): Promise<WorkerEvents[K]> {
  const event = new Promise<WorkerEvents[K]>((resolve, reject) => {
    const off = events.once(name, (payload) => {
      signal.removeEventListener("abort", abort);
      resolve(payload);
    });
    const abort = () => {
      off();
      reject(signal.reason);
    };
    if (signal.aborted) abort();
    else signal.addEventListener("abort", abort, { once: true });
  });
  // Who asked may have gone by another way.
  event.catch(() => {});
  return event;
}
