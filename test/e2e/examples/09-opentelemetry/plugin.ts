import { definePlugin, serve } from "@outrigger/worker-sdk";
import { instrument } from "@outrigger/worker-sdk/opentelemetry";
import { shop } from "./contract.js";
import { startTelemetry } from "./telemetry.js";

const spans = startTelemetry();
instrument();

const plugin = definePlugin(shop, {
  price: async ({ article }, { host }) => ((await host.request("stock.get", { article })) > 0 ? 10 : 12),
  spans: () => spans(),
});
export default plugin;
serve(plugin);
