import { createMessageConnection, ProgressType, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";
import type { Adapter } from "../../link.js";
import { endChild, spawnWorker } from "../../shared/child.js";
import { base64Bytes, driveCalls, emitEvents, methodCalls } from "../../shared/method-link.js";

const items = new ProgressType<number>();

export const open: Adapter["open"] = (host) => ({
  async start() {
    const child = spawnWorker(import.meta.url);
    const connection = createMessageConnection(
      new StreamMessageReader(child.stdout),
      new StreamMessageWriter(child.stdin),
    );
    connection.onRequest("increment", ({ n }: { n: number }) => ({ n: host.increment(n) }));
    connection.onNotification("event", ({ seq }: { seq: number }) => host.event(seq));
    connection.listen();
    let lastToken = 0;
    const request = (method: string, params: unknown) => connection.sendRequest<unknown>(method, params);
    return {
      ...methodCalls(request),
      bytes: base64Bytes(request),
      drive: driveCalls(request),
      emit: emitEvents(request),
      async items(count, onItem) {
        const token = ++lastToken;
        const listening = connection.onProgress(items, token, onItem);
        await request("items", { count, token });
        listening.dispose();
      },
      async stop() {
        connection.dispose();
        await endChild(child);
      },
    };
  },
});
