import { createBirpc } from "birpc";
import type { Adapter } from "../../link.js";
import { endChild, forkWorker } from "../../shared/child.js";
import type { HostFunctions, WorkerFunctions } from "./functions.js";

export const open: Adapter["open"] = (host) => ({
  async start() {
    const child = forkWorker(import.meta.url, "advanced");
    let onItem: (seq: number) => void = () => {};
    const worker = createBirpc<WorkerFunctions, HostFunctions>(
      {
        increment: (n) => host.increment(n),
        event: (seq) => host.event(seq),
        item: (seq) => onItem(seq),
      },
      {
        post: (message) => child.send(message),
        on: (listener) => child.on("message", listener),
      },
    );
    return {
      add: (a, b) => worker.add(a, b),
      review: (document) => worker.review(document),
      text: (text) => worker.text(text),
      bytes: (bytes) => worker.bytes(bytes),
      drive: (chains, calls) => worker.drive(chains, calls),
      emit: (count) => worker.emit(count),
      async items(count, listener) {
        onItem = listener;
        await worker.items(count);
      },
      stop: () => endChild(child),
    };
  },
});
