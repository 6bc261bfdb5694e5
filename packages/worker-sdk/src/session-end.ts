import { type Clock, ErrorCode, type IncomingCall, type Peer, RpcError } from "@outrigger/protocol";
import type { Log } from "./log-types.js";
import { within } from "./time-limit.js";

/** How long a shutdown may take when the host does not say, ms. */
export const DEFAULT_DRAIN_MS = 10_000;
/** How long running handlers may take to end when the host is gone, ms. */
const ORPHAN_DRAIN_MS = 800;
/** What a drain keeps back for teardown and flush, ms, but no more than a fifth of its time. */
const RESERVE_MS = 2_000;

/** What an ending session works with. */
export interface EndingSession {
  readonly peer: Peer;
  readonly clock: Clock;
  readonly log: Log;
  /** A setup that runs although the host does not know of it: torn down is what it made. */
  readonly setup: Promise<unknown> | undefined;
  readonly teardown: () => Promise<unknown>;
}

/**
 * Takes no more calls, lets the running ones finish, then tears down, within `budgetMs`. What is late is told and left
 * behind. Rejects with what teardown threw.
 */
export async function drainAndTearDown(session: EndingSession, call: IncomingCall, budgetMs: number): Promise<void> {
  const { peer, clock, log } = session;
  const endsAt = clock.now() + budgetMs;
  const forHandlers = budgetMs - Math.min(RESERVE_MS, budgetMs / 5);
  if (!(await within(peer.drain(call), forHandlers, clock))) {
    const late = peer.load.incoming - 1;
    const inTime = `within ${Math.round(forHandlers)} ms`;
    if (late > 0) log.warn(`${late} calls did not finish ${inTime}; they are aborted`);
    else log.warn(`the host has not read all answers ${inTime}`);
    const text = "the worker is shutting down, and aborted the call in the middle";
    peer.abortRunning(new RpcError(ErrorCode.SHUTTING_DOWN, text, { data: { mayHaveRun: true } }), call);
    await within(peer.drain(call), (endsAt - clock.now()) / 2, clock);
  }
  await tearDown(session, endsAt - clock.now());
}

/** The host is gone: running handlers are aborted and get a moment to clean up. Never rejects. */
export async function abandon(session: EndingSession, reason: string): Promise<void> {
  const { peer, clock, log } = session;
  const endsAt = clock.now() + ORPHAN_DRAIN_MS;
  peer.close((method, mayHaveRun) => hostGone(method, mayHaveRun, reason));
  while (peer.load.incoming > 0 && clock.now() < endsAt) {
    // Nobody is left to be told of an answer, so nothing tells when the last handler is done.
    await new Promise<void>((resolve) => clock.setTimer(resolve, 5));
  }
  await tearDown(session, endsAt - clock.now()).catch((error) => log.error("teardown failed", { error }));
}

async function tearDown({ setup, teardown, clock, log }: EndingSession, ms: number): Promise<void> {
  const endsAt = clock.now() + ms;
  if (setup !== undefined) await within(Promise.allSettled([setup]), ms / 2, clock);
  const isDone = await within(teardown(), Math.max(endsAt - clock.now(), 50), clock);
  if (!isDone) log.warn("teardown did not finish in time; it is given up");
}

export function hostGone(method: string, mayHaveRun: boolean, reason: string): RpcError {
  return new RpcError(ErrorCode.SHUTTING_DOWN, `${method}: ${reason}; the worker is about to end`, {
    data: { mayHaveRun },
  });
}
