import type { Host, Worker } from "@outrigger/host";
import type { docsSearch } from "../../contract.js";
import { startDocs } from "../docs-host.js";
import { check, duration } from "../stage.js";
import type { Output } from "../terminal-output.js";

/** Starts the plugin and shows what the handshake brought. */
export async function startWorker(
  output: Output,
  host: Host<typeof docsSearch>,
  config: { readonly ignore?: readonly string[] },
): Promise<Worker<typeof docsSearch>> {
  output.step("Start: a process of its own, and a handshake");
  const startedAt = performance.now();
  const worker = await startDocs(host, config);
  const { plugin, sdk, protocol, pid } = worker.diagnostics();
  check(worker.status === "running" && pid !== process.pid, "a worker that runs in another process");
  output.line(
    `worker ${worker.id} has pid ${pid}, this host ${process.pid}; ready in ${duration(performance.now() - startedAt)}`,
  );
  output.line(`plugin ${plugin?.name} ${plugin?.version}, sdk ${sdk?.version}, protocol ${protocol}`);
  for (const [method, declared] of Object.entries(worker.declarations)) {
    output.line(`${method.padEnd(14)} ${declared.map(({ name }) => name).join(", ")}`);
  }
  check(worker.implements("findText"), "a worker that implements the stream findText");
  output.good("the contract fits");
  return worker;
}
