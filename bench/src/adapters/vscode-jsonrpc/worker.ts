import { createMessageConnection, ProgressType, StreamMessageReader, StreamMessageWriter } from "vscode-jsonrpc/node";
import { workerMethods } from "../../shared/worker-methods.js";
import { emit } from "../../worker-work.js";

const connection = createMessageConnection(
  new StreamMessageReader(process.stdin),
  new StreamMessageWriter(process.stdout),
);
const methods = workerMethods({
  increment: (n) => connection.sendRequest<{ n: number }>("increment", { n }).then((result) => result.n),
  // The promise is that of the write; a worker that sends events does not wait for it.
  event: (seq) => void connection.sendNotification("event", { seq }),
});
for (const [name, method] of Object.entries(methods)) {
  connection.onRequest(name, method as (params: unknown) => unknown);
}
const items = new ProgressType<number>();
connection.onRequest("items", async ({ count, token }: { count: number; token: number }) => {
  await emit(count, (seq) => void connection.sendProgress(items, token, seq));
  return { done: true };
});
connection.listen();
