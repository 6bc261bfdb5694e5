import { createBirpc } from "birpc";
import { type HostFunctions, type RemoteHost, type WorkerFunctions, workerFunctions } from "./functions.js";

const host: RemoteHost = createBirpc<HostFunctions, WorkerFunctions>(
  workerFunctions(() => host),
  {
    post: (message) => process.send?.(message),
    on: (listener) => process.on("message", listener),
  },
);
