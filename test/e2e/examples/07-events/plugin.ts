import { definePlugin, events, serve, type WorkerContext } from "@outrigger/worker-sdk";
import { product } from "./contract.js";

const plugin = definePlugin(
  product,
  {
    onEvent: events<WorkerContext<typeof product>>({
      // The id is the same at each delivery: what the work is done once by.
      "issue.*": async ({ id }, { host }) => {
        const { process: number } = await host.request("handling", { id });
        if (id === "e2" && number === 1) process.kill(process.pid, "SIGKILL");
      },
    }),
  },
  {
    capabilities: ["events.subscribe"],
    // A subscription ends with its process: each subscribes anew.
    setup: ({ host }) => host.request("events.subscribe", { pattern: "issue.*" }),
  },
);
export default plugin;
serve(plugin);
