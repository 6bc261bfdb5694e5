import { definePlugin, serve } from "@outrigger/worker-sdk";
import { counter } from "./contract.js";

const plugin = definePlugin(counter, {
  async *count(_, { host, detached }) {
    let produced = 0;
    try {
      while (true) yield ++produced; // waits here while the reader is slow
    } finally {
      await detached(() => host.request("count.ended", { produced }));
    }
  },
  async *countAndFail() {
    yield 1;
    throw new Error("out of numbers");
  },
});
export default plugin;
serve(plugin);
