import { Worker } from "node:worker_threads";
import { proxy, wrap } from "comlink";
import type { Adapter } from "../../link.js";
import { workerFile } from "../../shared/child.js";
import type { workerApi } from "./api.js";
import { nodeEndpoint } from "./node-endpoint.js";

export const open: Adapter["open"] = (host) => {
  const increment = proxy(async (n: number) => host.increment(n));
  const event = proxy(async (seq: number) => host.event(seq));
  return {
    async start() {
      const thread = new Worker(workerFile(import.meta.url));
      const worker = wrap<typeof workerApi>(nodeEndpoint(thread));
      return {
        add: (a, b) => worker.add(a, b),
        review: (document) => worker.review(document),
        text: (text) => worker.text(text),
        bytes: (bytes) => worker.bytes(bytes),
        drive: (chains, calls) => worker.drive(chains, calls, increment),
        emit: (count) => worker.emit(count, event),
        async stop() {
          await thread.terminate();
        },
      };
    },
  };
};
