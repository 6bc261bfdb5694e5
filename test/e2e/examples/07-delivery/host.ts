import { createHost } from "@outrigger/host";
import { isRpcError } from "@outrigger/protocol";
import { ledger } from "./contract.js";

await using host = createHost(ledger, {
  handlers: { process: (_, { incarnation }) => incarnation },
  restart: { initialDelayMs: 10 },
});
const worker = await host.start("ledger", { entry: new URL("./plugin.js", import.meta.url) });

console.log("total", await worker.request("total", { of: [1, 2, 3] }));
console.log("sent again", worker.diagnostics().resends.sent);

const show = (error: unknown): void => {
  if (!isRpcError(error)) throw error;
  const { mayHaveRun, reason } = error.data as { mayHaveRun: boolean; reason: string };
  console.log(error.codeName, { mayHaveRun, reason });
};
await worker.request("charge", { amount: 5 }).catch(show);
