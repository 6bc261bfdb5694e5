import { createHost } from "@outrigger/host";
import { spelling } from "./contract.mjs";

const host = createHost(spelling, {
  env: { NODE_V8_COVERAGE: process.argv[2] },
  handlers: { "dictionary.has": () => true },
});
const worker = await host.start("spelling", { entry: new URL("./plugin.mjs", import.meta.url) });
await worker.request("check", { text: "one two" });
await host.close();
