import { createEventDelivery, createHost } from "@outrigger/host";
import { product } from "./contract.js";

const delivery = createEventDelivery({ maxAttempts: 5 });
await using host = createHost(product, {
  handlers: {
    ...delivery.handlers,
    handling({ id }, { incarnation }) {
      console.log(`process ${incarnation} handles ${id}`);
      return { process: incarnation };
    },
  },
  restart: { initialDelayMs: 10 },
});
delivery.connect(host);
delivery.on("dead-letter", ({ event, why }) => console.log(`${event.id} is a dead letter: ${why}`));

await host.start("product", { entry: new URL("./plugin.js", import.meta.url), capabilities: ["events.subscribe"] });

const occurredAt = new Date().toISOString();
const all = new Promise<void>((resolve) => {
  delivery.on("delivered", ({ event, attempts }) => {
    console.log(`${event.id} acknowledged after ${attempts} of 5`);
    if (event.id === "e4") resolve();
  });
});
for (const [id, name] of [
  ["e1", "issue.created"],
  ["e2", "issue.closed"],
  ["e3", "user.created"],
  ["e4", "issue.created"],
] as const) {
  const workers = delivery.publish({ id, name, occurredAt, tenant: "t1", payload: {} });
  console.log(`${id} for ${workers.join() || "nobody"}`);
}
await all;
