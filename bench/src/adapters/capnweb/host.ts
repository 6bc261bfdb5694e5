import { RpcSession } from "capnweb";
import type { Adapter } from "../../link.js";
import { endChild, spawnWorker } from "../../shared/child.js";
import type { Document } from "../../work.js";
import { HostApi } from "./api.js";
import { stdioTransport } from "./stdio-transport.js";

/** The worker as the host sees it; results are disposed of as capnweb asks. */
interface RemoteWorker {
  add(a: number, b: number): PromiseLike<number>;
  review(document: Document): PromiseLike<Document & Disposable>;
  text(text: string): PromiseLike<string>;
  bytes(bytes: Uint8Array): PromiseLike<Uint8Array>;
  drive(chains: number, calls: number): PromiseLike<void>;
  emit(count: number): PromiseLike<void>;
  items(count: number): PromiseLike<ReadableStream<number>>;
}

export const open: Adapter["open"] = (host) => ({
  async start() {
    const child = spawnWorker(import.meta.url);
    const session = new RpcSession(
      stdioTransport(child.stdout, child.stdin),
      new HostApi(
        (n) => host.increment(n),
        (seq) => host.event(seq),
      ),
    );
    const worker = session.getRemoteMain() as unknown as RemoteWorker;
    return {
      add: async (a, b) => worker.add(a, b),
      async review(document) {
        const reviewed = await worker.review(document);
        reviewed[Symbol.dispose]();
        return reviewed;
      },
      text: async (text) => worker.text(text),
      bytes: async (bytes) => worker.bytes(bytes),
      drive: async (chains, calls) => worker.drive(chains, calls),
      emit: async (count) => worker.emit(count),
      async items(count, onItem) {
        for await (const seq of await worker.items(count)) onItem(seq);
      },
      stop: () => endChild(child),
    };
  },
});
