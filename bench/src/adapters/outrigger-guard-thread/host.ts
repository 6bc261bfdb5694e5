import { workerFile } from "../../shared/child.js";
import { openHost } from "../outrigger/open-host.js";

/** With the thread that a worker has whose host cannot see to it from outside. */
export const open = openHost(workerFile(import.meta.url, "../outrigger/worker.cjs"), { BENCH_GUARD: "thread" });
