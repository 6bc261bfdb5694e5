import { createHost } from "@outrigger/host";
import { greeter, nextGreeter } from "./contract.js";

const entry = new URL("./plugin.js", import.meta.url);

await using host = createHost(greeter, {});
const worker = await host.start("greeter", { entry });
const { protocol, features } = worker.diagnostics();
console.log(`protocol ${protocol}, streams: ${features.includes("stream")}`);
// What is optional is asked for before it is called.
if (!worker.implements("part")) console.log(await worker.request("greet", { name: "Ada" }));

// Another version of the contract: nothing is tried, and nothing is tried again.
await using nextHost = createHost(nextGreeter, { logger: silent() });
await nextHost.start("greeter", { entry }).catch((error) => {
  console.log(`${error.data.reason}, tried again: ${error.data.willRestart}`);
  console.log(error.message);
});

function silent() {
  const log = () => {};
  const logger = { trace: log, debug: log, info: log, warn: log, error: log, fatal: log, child: () => logger };
  return logger;
}
