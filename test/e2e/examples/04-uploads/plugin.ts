import { definePlugin, serve } from "@outrigger/worker-sdk";
import { ledger } from "./contract.js";

const plugin = definePlugin(ledger, {
  async importRows({ book }, { input, log }) {
    let rows = 0;
    let total = 0;
    for await (const { amount } of input) {
      rows++;
      total += amount;
      if (total > 100) break; // ends the caller's generator, whose `finally` runs
    }
    log.info("imported", { book, rows });
    return { rows, total };
  },
});
export default plugin;
serve(plugin);
