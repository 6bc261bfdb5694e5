import { workerFile } from "../../shared/child.js";
import { openHost } from "./open-host.js";

export const open = openHost(workerFile(import.meta.url));
