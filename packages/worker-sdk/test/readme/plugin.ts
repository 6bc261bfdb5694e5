import { definePlugin, serve } from "@outrigger/worker-sdk";
import { greeter } from "./contract.js";

const plugin = definePlugin(greeter, {
  async greet({ name, times }, { host, log }) {
    log.info("greeting", { name });
    const title = await host.request("state.get", { key: name });
    return { text: `Hello ${title ?? "friend"} ${name}! `.repeat(times) };
  },
  async *tail({ file }, { stopping }) {
    for (let line = 1; line <= 3 && !stopping.aborted; line++) yield `${file}:${line}`;
  },
  flush() {},
});
export default plugin;
serve(plugin);
