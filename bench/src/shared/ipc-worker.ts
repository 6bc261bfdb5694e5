import { createCallTable, type WireMessage } from "./call-table.js";
import { workerMethods } from "./worker-methods.js";

export function serveIpc(): void {
  const table = createCallTable(
    (message) => process.send?.(message),
    workerMethods({
      increment: (n) => table.request("increment", { n }).then((result) => (result as { n: number }).n),
      event: (seq) => table.notify("event", { seq }),
      item: (seq) => table.notify("item", { seq }),
    }),
  );
  process.on("message", (message) => table.receive(message as WireMessage));
}
