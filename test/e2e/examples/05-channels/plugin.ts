import { definePlugin, serve } from "@outrigger/worker-sdk";
import { builder } from "./contract.js";

const plugin = definePlugin(builder, {
  async build(_, { host }) {
    host.notify("channels.open", { channel: "builds" });
    for (const step of ["compile", "test"]) host.notify("channels.emit", { channel: "builds", data: { step } });
    host.notify("channels.close", { channel: "builds", reason: "built" });
    return null;
  },
});
export default plugin;
serve(plugin);
