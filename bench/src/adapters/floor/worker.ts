import { createCallTable, type WireMessage } from "../../shared/call-table.js";
import { lineWriter, readLines } from "../../shared/ndjson.js";
import { workerMethods } from "../../shared/worker-methods.js";

const write = lineWriter(process.stdout);
const table = createCallTable(
  (message) => write(JSON.stringify(message)),
  workerMethods({
    increment: (n) => table.request("increment", { n }).then((result) => (result as { n: number }).n),
    event: (seq) => table.notify("event", { seq }),
    item: (seq) => table.notify("item", { seq }),
  }),
);
readLines(process.stdin, (line) => table.receive(JSON.parse(line) as WireMessage));
