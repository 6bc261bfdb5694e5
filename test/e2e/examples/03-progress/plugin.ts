import { definePlugin, serve } from "@outrigger/worker-sdk";
import { importer } from "./contract.js";

const plugin = definePlugin(importer, {
  async importAll({ files }, { progress }) {
    for (const index of files.keys()) progress({ done: index + 1, total: files.length });
    return { imported: files.length };
  },
});
export default plugin;
serve(plugin);
