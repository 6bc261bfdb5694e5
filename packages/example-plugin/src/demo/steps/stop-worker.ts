import { setImmediate } from "node:timers/promises";
import { ErrorCode, isRpcError } from "@outrigger/protocol";
import { searchDocs } from "../docs-calls.js";
import { nextEvent } from "../next-event.js";
import { check, duration, failureOf, type Stage } from "../stage.js";

/** Stops with a call in flight: it is answered, then the process ends by itself. */
export async function stopWorker({ output, worker, signal, answers }: Stage): Promise<void> {
  output.step("Stop gracefully, with a call in flight");
  const [query = ""] = answers.keys();
  const { pid } = worker;
  const inFlight = searchDocs(worker, output, query, signal);
  await setImmediate();
  const exited = nextEvent(worker, "exit", signal);
  const startedAt = performance.now();
  const stopped = worker.stop();
  const refused = await failureOf(searchDocs(worker, output, query, signal), "a call during the stop to be refused");
  const { hits } = await inFlight;
  check(hits.length > 0, "the answer of the call in flight");
  output.line(`the call in flight was answered with ${hits.length} hits`);
  check(isRpcError(refused) && refused.code === ErrorCode.WORKER_UNAVAILABLE, "WORKER_UNAVAILABLE for a new call");
  output.line(`a new call was refused: ${refused.message}`);
  await stopped;
  check(worker.status === "stopped" && !isAlive(pid), `no process ${pid} any more`);
  const { code, signal: killedBy } = await exited;
  check(code === 0 && killedBy === null, `exit code 0, not ${killedBy ?? code}`);
  output.good(`pid ${pid} drained and ended by itself in ${duration(performance.now() - startedAt)}`);
}

function isAlive(pid: number | undefined): boolean {
  try {
    return pid !== undefined && process.kill(pid, 0);
  } catch {
    return false;
  }
}
