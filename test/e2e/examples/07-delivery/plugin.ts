import { definePlugin, serve } from "@outrigger/worker-sdk";
import { ledger } from "./contract.js";

const plugin = definePlugin(ledger, {
  async total({ of }, { host }) {
    // Its first process does not survive this.
    if ((await host.request("process", {})) === 1) process.kill(process.pid, "SIGKILL");
    return of.reduce((sum, amount) => sum + amount, 0);
  },
  charge: () => process.exit(1),
});
export default plugin;
serve(plugin);
