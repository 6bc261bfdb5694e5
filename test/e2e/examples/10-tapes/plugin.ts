import { definePlugin, serve } from "@outrigger/worker-sdk";
import { vault } from "./contract.js";

/** A plugin, so that it can be changed below. */
export const vaultPlugin = (greeting: string) =>
  definePlugin(vault, {
    async open({ user }, { host }) {
      return { greeting: `${greeting}, ${await host.request("users.title", { user })}` };
    },
  });

serve(vaultPlugin("Welcome"));
