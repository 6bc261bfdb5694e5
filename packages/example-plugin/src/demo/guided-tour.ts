import { dependencyFolder } from "./dependency-folder.js";
import type { DocsHost } from "./docs-host.js";
import type { Stage } from "./stage.js";
import { findTextStep } from "./steps/find-text.js";
import { indexFolder } from "./steps/index-folder.js";
import { nestedCall } from "./steps/nested-call.js";
import { pushHook } from "./steps/push-hook.js";
import { searchStep } from "./steps/search-docs.js";
import { showDiagnostics } from "./steps/show-diagnostics.js";
import { startWorker } from "./steps/start-worker.js";
import { stopWorker } from "./steps/stop-worker.js";
import { surviveKill } from "./steps/survive-kill.js";
import type { Output } from "./terminal-output.js";

/** What is searched here is inside `node_modules`, which the plugin leaves out by default. Change logs drown the rest. */
const IGNORE = ["**/.git/**", "**/{CHANGELOG,Changelog,changelog,CHANGES,HISTORY,History,LICENSE,license}*"];

/** The tour: a plugin does real work, is killed, and comes back. */
export async function guidedTour({ host, services }: DocsHost, output: Output, signal: AbortSignal): Promise<void> {
  output.title("Outrigger: a plugin that searches documentation, in a process of its own");
  const worker = await startWorker(output, host, { ignore: IGNORE });
  const stage: Stage = { output, host, services, worker, folder: dependencyFolder(), signal, answers: new Map() };
  for (const step of [indexFolder, searchStep, findTextStep, nestedCall, pushHook, surviveKill, stopWorker]) {
    signal.throwIfAborted();
    await step(stage);
  }
  showDiagnostics(stage);
}
