import { createHost } from "@outrigger/host";
import { isRpcError } from "@outrigger/protocol";
import { notes } from "./contract.js";

const state = new Map([
  ["acme/motto", "Onwards"],
  ["globex/motto", "Sideways"],
]);

await using host = createHost(notes, {
  handlers: {
    // The scope is the host's own: a worker can neither make one up nor keep it.
    "state.get": ({ key }, { scope }) => state.get(`${scope.tenant}/${key}`) ?? "none",
    "state.delete": () => null,
  },
});
const worker = await host.start("notes", {
  entry: new URL("./plugin.js", import.meta.url),
  capabilities: ["state.read"],
});

for (const tenant of ["acme", "globex"]) {
  console.log(await worker.request("read", { key: "motto" }, { scope: { tenant } }));
}
const show = (error: unknown): void => console.log(isRpcError(error) ? `${error.codeName}: ${error.message}` : error);
await worker.request("remove", { key: "motto" }, { scope: { tenant: "acme" } }).catch(show);
await worker.request("read", { key: "motto" }).catch(show);
await worker.request("readDetached", { key: "motto" }, { scope: { tenant: "acme" } }).catch(show);
