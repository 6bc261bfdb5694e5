import { definePlugin, serve } from "@outrigger/worker-sdk";
import { review } from "../../work.js";
import { drive, emit } from "../../worker-work.js";
import { bench } from "./contract.js";

const plugin = definePlugin(bench, {
  add: ({ a, b }) => ({ sum: a + b }),
  review: ({ document }) => ({ document: review(document) }),
  text: ({ text }) => ({ text }),
  bytes: ({ bytes }) => ({ bytes }),
  async drive({ chains, calls }, { host }) {
    await drive(chains, calls, (n) => host.request("increment", { n }).then((result) => result.n));
    return { done: true };
  },
  async emit({ count }, { host }) {
    await emit(count, (seq) => {
      if (!host.notify("event", { seq })) throw new Error(`event ${seq} was dropped`);
    });
    return { done: true };
  },
  async *items({ count }) {
    for (let seq = 0; seq < count; seq++) yield seq;
  },
});

serve(plugin, process.env.BENCH_GUARD === "thread" ? { guard: true } : {});
