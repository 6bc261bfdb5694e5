import { definePlugin, serve } from "@outrigger/worker-sdk";
import { kitchen } from "./contract.js";

const plugin = definePlugin(kitchen, {
  async cook({ dish }, { host }) {
    // Gets what is left of the 300 ms, not the minute it asks for.
    await host.request("stove.heat", {}, { timeoutMs: 60_000 });
    return dish;
  },
});
export default plugin;
serve(plugin);
