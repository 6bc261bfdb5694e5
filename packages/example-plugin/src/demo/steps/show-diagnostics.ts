import Table from "cli-table3";
import { check, count, type Stage } from "../stage.js";

/** What the host knows of its worker, when all is over. */
export function showDiagnostics({ output, host }: Pick<Stage, "output" | "host">): void {
  output.step("Diagnostics");
  const table = new Table({
    head: ["worker", "status", "processes", "crashes", "last crash", "received", "sent", "log lines", "waiting"],
    style: { head: [], border: [], compact: true },
  });
  const { workers } = host.diagnostics();
  for (const { workerId, status, incarnation, totalCrashes, lastCrash, messages, logs, load } of workers) {
    table.push([
      workerId,
      status,
      incarnation,
      totalCrashes,
      lastCrash ? `${lastCrash.reason} ${lastCrash.signal}` : "none",
      count(messages?.received ?? 0),
      count(messages?.sent ?? 0),
      count(logs?.written ?? 0),
      load.pendingRequests + load.handling + load.invocations + load.channels,
    ]);
  }
  for (const line of table.toString().split("\n")) output.line(line);
  output.line("received, sent, log lines and waiting are of the latest process");
  const [only] = workers;
  check(workers.length === 1 && only, "one worker");
  check(only.incarnation === 2 && only.totalCrashes === 1 && only.status === "stopped", "two processes, one crash");
}
