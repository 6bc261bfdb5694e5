import { type Clock, MAX_DELAY_MS } from "@outrigger/protocol";

/** Waits for `work`, at most `ms`; whether it ended in time. Rejects when it does, in time. */
export async function within(work: Promise<unknown>, ms: number, clock: Clock): Promise<boolean> {
  let cancel = (): void => {};
  const late = new Promise<false>((resolve) => {
    cancel = clock.setTimer(() => resolve(false), Math.min(Math.max(0, ms), MAX_DELAY_MS));
  });
  // Too late is not unhandled.
  work.catch(() => {});
  try {
    return await Promise.race([work.then(() => true as const), late]);
  } finally {
    cancel();
  }
}
