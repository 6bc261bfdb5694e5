import { fileURLToPath } from "node:url";
import { openHost } from "../outrigger/open-host.js";

/** Without the thread that ends a worker whose main thread hangs when its host is gone. */
export const open = openHost(fileURLToPath(new URL("../outrigger/worker.js", import.meta.url)), { BENCH_GUARD: "off" });
