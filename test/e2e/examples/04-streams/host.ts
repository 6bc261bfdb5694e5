import { createHost } from "@outrigger/host";
import { counter } from "./contract.js";

let ranAhead = 0;

await using host = createHost(counter, {
  handlers: {
    "count.ended"({ produced }) {
      ranAhead = produced - 3;
      return null;
    },
  },
});
const worker = await host.start("counter", { entry: new URL("./plugin.js", import.meta.url) });

for await (const item of worker.stream("count", {}, { window: { items: 8 } })) {
  console.log(item);
  if (item === 3) break; // cancels the producer, whose `finally` runs
}

try {
  for await (const item of worker.stream("countAndFail", {})) console.log(item);
} catch (error) {
  console.log(`${error}`);
}
await worker.stop(); // waits for what still runs
console.log(`the producer ran ahead by at most a window: ${ranAhead > 0 && ranAhead <= 8}`);
