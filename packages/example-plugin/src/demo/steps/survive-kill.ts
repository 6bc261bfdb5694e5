import { ErrorCode, isRpcError } from "@outrigger/protocol";
import { searchDocs } from "../docs-calls.js";
import { hitLines } from "../hit-lines.js";
import { nextEvent } from "../next-event.js";
import { check, count, duration, failureOf, type Stage, TENANT } from "../stage.js";

/** Share of the files after which the worker is killed. */
const MIDDLE = 0.3;

/** kill -9 in the middle of a call; then everything is as it was, from what the host kept. */
export async function surviveKill({ output, worker, signal, answers }: Stage): Promise<void> {
  output.step("kill -9 the worker in the middle of a call");
  const { pid } = worker;
  check(pid !== undefined, "a living worker");
  const crashed = nextEvent(worker, "crash", signal);
  const restarted = nextEvent(worker, "restarted", signal);
  let killedAt = 0;
  const reindex = worker.request(
    "runJob",
    { job: "reindex", run: { id: "nightly-1", tenant: TENANT, trigger: "manual" } },
    {
      signal,
      onProgress: ({ done = 0, total = 0 }) => {
        if (killedAt > 0 || done < total * MIDDLE) return;
        killedAt = performance.now();
        output.line(`the job reindex is at file ${count(done)} of ${count(total)}: kill -9 ${pid}`);
        process.kill(pid, "SIGKILL");
      },
    },
  );
  const error = await failureOf(reindex, "the call to die with its worker");
  const toldIn = performance.now() - killedAt;
  check(isRpcError(error) && error.code === ErrorCode.WORKER_UNAVAILABLE, "WORKER_UNAVAILABLE");
  output.line(
    `the caller was told in ${duration(toldIn)}: ${output.colours.red(error.codeName ?? "")} ${error.message.split("\n")[0]}`,
  );
  check((error.data as { mayHaveRun?: unknown }).mayHaveRun === true, "data.mayHaveRun");
  output.line("data.mayHaveRun is true: part of the job may be done");

  const crash = await crashed;
  check(crash.willRestart && crash.signal === "SIGKILL", "a crash by SIGKILL, to be followed by a restart");
  output.line(`the host was told: ${crash.reason} ${crash.signal}, restart in ${crash.restartInMs} ms`);
  const ready = await restarted;
  check(ready.pid !== pid && worker.status === "running", "another process");
  output.line(`pid ${ready.pid} serves ${duration(performance.now() - killedAt)} after the kill`);

  output.step("The same search, answered from restored state");
  const [query, before] = [...answers][0] ?? [];
  check(query !== undefined && before !== undefined, "an answer from before");
  const { ms, ...after } = await searchDocs(worker, output, query, signal);
  output.line(
    `${output.colours.bold(query)}  ${count(after.total, "section")} in ${duration(ms)}, the folders indexed again on the way`,
  );
  for (const line of hitLines(after.hits.slice(0, 2), output)) output.line(`  ${line}`);
  const names = (hits: typeof after.hits) => hits.map(({ file, line }) => `${file}:${line}`).join(" ");
  check(names(after.hits) === names(before.hits), "the hits from before the kill");
  output.good("the same hits as before; the folders came from the host's state");
}
