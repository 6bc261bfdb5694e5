import { definePlugin, serve } from "@outrigger/worker-sdk";
import { library } from "./contract.js";

const plugin = definePlugin(library, {
  async summarize({ book }, { host }) {
    // Belongs to this call: cancelled with it.
    const pages = await host.request("pages.load", { book });
    return `${book}: ${pages.length} pages`;
  },
});
export default plugin;
serve(plugin);
