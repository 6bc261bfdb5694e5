import { fileURLToPath } from "node:url";
import { openHost } from "../outrigger/open-host.js";

/** The same plugin as one file, which `build.mjs` makes of it: as the example is built, and a plugin should be. */
export const open = openHost(fileURLToPath(new URL("./worker.cjs", import.meta.url)), { BENCH_GUARD: "off" });
