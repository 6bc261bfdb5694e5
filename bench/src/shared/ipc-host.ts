import type { Adapter } from "../link.js";
import { createCallTable, type WireMessage } from "./call-table.js";
import { endChild, forkWorker } from "./child.js";
import { base64Bytes, driveCalls, emitEvents, methodCalls, nativeBytes } from "./method-link.js";

/** `process.send` and nothing else: the floor's table over Node's own channel. */
export const openIpc =
  (hostFile: string, serialization: "json" | "advanced"): Adapter["open"] =>
  (host) => ({
    async start() {
      const child = forkWorker(hostFile, serialization);
      let onItem: (seq: number) => void = () => {};
      const table = createCallTable((message) => child.send(message), {
        increment: ({ n }: { n: number }) => ({ n: host.increment(n) }),
        event: ({ seq }: { seq: number }) => host.event(seq),
        item: ({ seq }: { seq: number }) => onItem(seq),
      });
      child.on("message", (message) => table.receive(message as WireMessage));
      return {
        ...methodCalls(table.request),
        bytes: serialization === "advanced" ? nativeBytes(table.request) : base64Bytes(table.request),
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
