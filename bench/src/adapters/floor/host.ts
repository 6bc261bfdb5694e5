import type { Adapter } from "../../link.js";
import { createCallTable, type WireMessage } from "../../shared/call-table.js";
import { endChild, spawnWorker } from "../../shared/child.js";
import { base64Bytes, driveCalls, emitEvents, methodCalls } from "../../shared/method-link.js";
import { lineWriter, readLines } from "../../shared/ndjson.js";

/** The floor: JSON-RPC lines over stdio with nothing around them. */
export const open: Adapter["open"] = (host) => ({
  async start() {
    const child = spawnWorker(import.meta.url);
    const write = lineWriter(child.stdin);
    let onItem: (seq: number) => void = () => {};
    const table = createCallTable((message) => write(JSON.stringify(message)), {
      increment: ({ n }: { n: number }) => ({ n: host.increment(n) }),
      event: ({ seq }: { seq: number }) => host.event(seq),
      item: ({ seq }: { seq: number }) => onItem(seq),
    });
    readLines(child.stdout, (line) => table.receive(JSON.parse(line) as WireMessage));
    return {
      ...methodCalls(table.request),
      bytes: base64Bytes(table.request),
      drive: driveCalls(table.request),
      emit: emitEvents(table.request),
      async items(count, listener) {
        onItem = listener;
        await table.request("items", { count });
      },
      stop: () => endChild(child),
    };
  },
});
