import { createInterface } from "node:readline";
import { JSONRPCClient, JSONRPCServer, JSONRPCServerAndClient } from "json-rpc-2.0";
import { workerMethods } from "../../shared/worker-methods.js";

const rpc = new JSONRPCServerAndClient(
  new JSONRPCServer(),
  new JSONRPCClient((message) => void process.stdout.write(`${JSON.stringify(message)}\n`)),
);
const methods = workerMethods({
  increment: (n) => rpc.request("increment", { n }).then((result: { n: number }) => result.n),
  event: (seq) => rpc.notify("event", { seq }),
});
for (const [name, method] of Object.entries(methods)) rpc.addMethod(name, method as (params: unknown) => unknown);
createInterface({ input: process.stdin }).on("line", (line) => void rpc.receiveAndSend(JSON.parse(line)));
