import { workerFile } from "../../shared/child.js";
import { openHost } from "../outrigger/open-host.js";

/** Without the thread that ends a worker whose main thread hangs when its host is gone. */
export const open = openHost(workerFile(import.meta.url, "../outrigger/worker.js"), { BENCH_GUARD: "off" });
