import type { Act } from "./chaos-schedule.js";
import type { SoakHost, SoakWorker } from "./load-calls.js";

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

/** What the operator's acts came to. */
export interface ActTally {
  readonly done: Record<string, number>;
  /** A process was alive when `stop` had resolved. */
  aliveAfterStop: number;
  /** Starts by hand, because a worker had been given up. */
  revived: number;
  readonly errors: string[];
}

export function createActs(host: SoakHost) {
  const tally: ActTally = { done: {}, aliveAfterStop: 0, revived: 0, errors: [] };

  const stopStart = async (worker: SoakWorker): Promise<void> => {
    const { pid } = worker;
    await worker.stop();
    if (pid !== undefined && isAlive(pid)) tally.aliveAfterStop++;
    await after(50);
    await worker.start();
  };
  const signal = (worker: SoakWorker, name: NodeJS.Signals): void => {
    if (worker.pid !== undefined) process.kill(worker.pid, name);
  };

  const perform = async (worker: SoakWorker, act: Act): Promise<void> => {
    switch (act) {
      case "stop-start":
        return stopStart(worker);
      case "restart":
        return worker.restart();
      case "SIGKILL":
      case "SIGTERM":
      case "SIGSTOP":
        return signal(worker, act);
      default:
        worker.notify("misbehave", { how: act });
    }
  };

  return {
    tally,
    async act(id: string, act: Act): Promise<void> {
      const worker = host.get(id) as SoakWorker;
      tally.done[act] = (tally.done[act] ?? 0) + 1;
      try {
        if (worker.status === "failed") {
          tally.revived++;
          await worker.start();
        }
        await perform(worker, act);
      } catch (error) {
        // A stop that comes into a start, a start that fails and is retried: told, and no harm.
        tally.errors.push(`${act}: ${String(error).slice(0, 200)}`);
      }
    },
  };
}

function isAlive(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}
