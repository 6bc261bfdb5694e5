import { once } from "node:events";
import { createHost } from "@outrigger/host";
import { kitchen } from "./contract.js";

await using host = createHost(kitchen, {
  handlers: {
    async "stove.heat"(_, { deadline = Number.POSITIVE_INFINITY, signal }) {
      console.log(`at most 300 ms are left: ${deadline - Date.now() <= 300}`);
      await once(signal, "abort"); // slower than that
      return null;
    },
  },
});
const worker = await host.start("kitchen", { entry: new URL("./plugin.js", import.meta.url) });

await worker.request("cook", { dish: "soup" }).catch((error) => console.log(error.codeName));
