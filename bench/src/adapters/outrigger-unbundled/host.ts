import { workerFile } from "../../shared/child.js";
import { openHost } from "../outrigger/open-host.js";

/** The same plugin in the files of its packages. */
export const open = openHost(workerFile(import.meta.url, "../outrigger/worker.js"));
