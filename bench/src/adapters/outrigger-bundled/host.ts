import { workerFile } from "../../shared/child.js";
import { openHost } from "../outrigger/open-host.js";

/** The same plugin as one file, which `build.mjs` makes of it: as the example is built, and a plugin should be. */
export const open = openHost(workerFile(import.meta.url, "worker.cjs"));
