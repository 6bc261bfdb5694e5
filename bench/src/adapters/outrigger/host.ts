import { workerFile } from "../../shared/child.js";
import { openHost } from "./open-host.js";

/** Its plugin is one file, which `build.mjs` makes of it as the README does. */
export const open = openHost(workerFile(import.meta.url, "worker.cjs"));
