import { definePlugin, serve } from "@outrigger/worker-sdk";
import { greeter } from "./contract.js";

const plugin = definePlugin(greeter, {
  greet: ({ name }) => `Hello ${name}`,
  // `part` is optional: this plugin has none.
});
export default plugin;
serve(plugin);
