import { openIpc } from "../../shared/ipc-host.js";

export const open = openIpc(import.meta.url, "advanced");
