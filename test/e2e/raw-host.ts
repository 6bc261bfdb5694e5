import { createHost, type StartOptions, type Worker, type WorkerEvents } from "@outrigger/host";
import { fixture } from "./fixture.js";
import { rawContract } from "./raw-contract.js";
import { recordedLog } from "./recorded-log.js";

export type RawWorker = Worker<typeof rawContract>;

/** What reached the host's channel handlers, in order. */
interface Pushed {
  readonly method: string;
  readonly params: unknown;
  readonly scope: unknown;
}

/** A host of raw workers that restarts at once, and what it logged and was pushed. */
export function rawHost() {
  const { logger, records } = recordedLog();
  const pushed: Pushed[] = [];
  const push = (params: unknown, context: { readonly method: string; readonly scope: unknown }): void => {
    pushed.push({ method: context.method, params, scope: context.scope });
  };
  const host = createHost(rawContract, {
    handlers: { "channels.open": push, "channels.emit": push, "channels.close": push },
    logger,
    restart: { initialDelayMs: 1 },
  });
  return { host, records, pushed };
}

export const raw: StartOptions<typeof rawContract> = { entry: fixture("raw-worker"), capabilities: ["channels.push"] };

/** The next event of that name. */
export const next = <K extends keyof WorkerEvents>(
  events: Pick<RawWorker, "once">,
  name: K,
): Promise<WorkerEvents[K]> =>
  new Promise((resolve) => {
    events.once(name, resolve);
  });

/** Whether a process with this id exists. */
export function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Calls `worker` one call after the other until `until` settles; resolves with how many were answered, all rightly. */
export async function answersUntil(worker: RawWorker, until: Promise<unknown>): Promise<number> {
  let over = false;
  const finish = (): void => {
    over = true;
  };
  until.then(finish, finish);
  let calls = 0;
  while (!over) {
    const answer = await worker.request("echo", { value: calls });
    if (answer !== calls) throw new Error(`expected ${calls}, got ${String(answer)}`);
    calls++;
  }
  return calls;
}
