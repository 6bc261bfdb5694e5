import { definePlugin, serve } from "@outrigger/worker-sdk";
import { notes } from "./contract.js";

const plugin = definePlugin(notes, {
  read: ({ key }, { host }) => host.request("state.get", { key }),
  remove: ({ key }, { host }) => host.request("state.delete", { key }),
  // For work that outlives its call: it has none of the call's authority, deadline or signal.
  readDetached: ({ key }, { host, detached }) => detached(() => host.request("state.get", { key })),
});
export default plugin;
serve(plugin);
