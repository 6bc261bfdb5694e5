import { setImmediate as nextTurn } from "node:timers/promises";
import { checkAnswer } from "./work.js";

/** How much a worker sends before it lets its event loop turn. */
const BURST = 256;

/** Calls the host in chains; checks every answer. */
export async function drive(
  chains: number,
  calls: number,
  increment: (n: number) => PromiseLike<number>,
): Promise<void> {
  const chain = async (): Promise<void> => {
    for (let n = 0; n < calls; n++) checkAnswer("increment", await increment(n), n + 1);
  };
  await Promise.all(Array.from({ length: chains }, chain));
}

/** Sends `0 … count - 1` in bursts, as a worker does that has other things to do. */
export async function emit(count: number, send: (seq: number) => unknown): Promise<void> {
  for (let seq = 0; seq < count; seq++) {
    const sent = send(seq);
    if (sent instanceof Promise) await sent;
    if (seq % BURST === BURST - 1) await nextTurn();
  }
}
