import { trace } from "@opentelemetry/api";
import { createHost } from "@outrigger/host";
import { instrument } from "@outrigger/host/opentelemetry";
import { shop } from "./contract.js";
import { startTelemetry } from "./telemetry.js";

const spans = startTelemetry();
const stop = instrument();
const tracer = trace.getTracer("web");

await using host = createHost(shop, {
  handlers: {
    "stock.get"() {
      tracer.startSpan("SELECT stock").end();
      return 3;
    },
  },
});
const worker = await host.start("shop", { entry: new URL("./plugin.js", import.meta.url) });

await tracer.startActiveSpan("GET /price", async (span) => {
  await worker.request("price", { article: "oar" });
  span.end();
});

stop();
const all = [...spans(), ...(await worker.request("spans", {}))];
const show = (parent: string, depth: number): void => {
  for (const [, id = "", title] of all.filter(([of]) => of === parent)) {
    console.log(`${"  ".repeat(depth)}${title}`);
    show(id, depth + 1);
  }
};
show("", 0);
