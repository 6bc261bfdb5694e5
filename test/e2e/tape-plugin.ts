import { definePlugin } from "@outrigger/worker-sdk";
import { taped } from "./tape-contract.js";

/** `greeting` is what a changed plugin has another of. */
export const tapedPlugin = (greeting = "Hello", exit: (code: number) => never = process.exit) =>
  definePlugin(
    taped,
    {
      async greet({ name, times }, { host, log, progress }) {
        log.info("greeting", { name });
        const title = await host.request("state.get", { key: name });
        for (let step = 1; step <= times; step++) progress({ step });
        return { text: `${greeting} ${title ?? "friend"} ${name}! `.repeat(times) };
      },
      login: ({ user, token }) => ({ session: `${user}:${token}` }),
      async *count({ to = Number.POSITIVE_INFINITY }) {
        for (let item = 1; item <= to; item++) yield item;
      },
      reverse: ({ bytes }) => bytes.slice().reverse(),
      async sum(_, { input }) {
        let sum = 0;
        for await (const item of input) sum += item;
        return sum;
      },
      wait: (_, { host }) => host.request("running", {}),
      fail() {
        throw Object.assign(new Error("out of luck"), { code: 4001, data: { luck: 0 } });
      },
      note: ({ text }, { host }) => host.notify("noted", { text: text.toUpperCase() }),
      "exit-with": ({ code }) => exit(code),
    },
    { setup: ({ host }) => host.notify("noted", { text: "set up" }) },
  );
