import { once } from "node:events";
import { definePlugin, serve } from "@outrigger/worker-sdk";
import { frozen } from "./contract.js";

const plugin = definePlugin(
  frozen,
  {
    async greet({ name, times }, { host, log }) {
      log.info("greeting", { name });
      const title = await host.request("state.get", { key: name });
      return { text: `Hello ${title ?? "friend"} ${name}! `.repeat(times) };
    },
    "delete-state": (_, { host }) => host.request("state.delete", {}),
    work({ steps }, { progress }) {
      for (let step = 1; step <= steps; step++) progress({ step });
      return "worked";
    },
    async wait(_, { host, signal, detached }) {
      await host.request("running", { forever: true }).catch(() => {});
      // The nested call's deadline may be felt a moment before the call's own.
      if (!signal.aborted) await once(signal, "abort");
      detached(() => host.notify("ended", { what: "wait" }));
      return null;
    },
    async finish(_, { host }) {
      await host.request("running", { forever: false });
      return "finished";
    },
    fail({ code }) {
      throw Object.assign(new Error("out of luck"), { code, data: { luck: 0 } });
    },
    "exit-with"({ code }): never {
      process.exit(code);
    },
    async *count({ to = Number.POSITIVE_INFINITY }, { host, detached }) {
      try {
        for (let item = 1; item <= to; item++) yield item;
      } finally {
        detached(() => host.notify("ended", { what: "count" }));
      }
    },
    async "read-ticks"({ count }, { host }) {
      const ticks: number[] = [];
      for await (const tick of host.stream("ticks", {})) if (ticks.push(tick) === count) break;
      return ticks;
    },
    note: ({ text }, { log }) => log.warn(text),
  },
  {
    setup: ({ log, worker }) => log.info("set up", { config: worker.config }),
    teardown: ({ host }) => host.notify("ended", { what: "worker" }),
  },
);

serve(plugin);
