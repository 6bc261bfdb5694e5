import { definePlugin, serve } from "@outrigger/worker-sdk";
import { mailer } from "./contract.js";

const plugin = definePlugin(mailer, {
  async send({ to }, { host, traceparent }) {
    // For requests made by hand: fetch(url, { headers: { traceparent } }). Calls through `host` carry it by themselves.
    if (traceparent === undefined) return { sent: false };
    await host.request("smtp.deliver", { to });
    return { sent: true };
  },
});
export default plugin;
serve(plugin);
