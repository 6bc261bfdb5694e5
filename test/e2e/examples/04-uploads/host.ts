import { once } from "node:events";
import { createHost } from "@outrigger/host";
import { ledger } from "./contract.js";

await using host = createHost(ledger, {});
const worker = await host.start("ledger", { entry: new URL("./plugin.js", import.meta.url) });

const done = new EventTarget();
async function* rows(amounts: Iterable<number>) {
  try {
    for (const amount of amounts) yield { amount }; // waits here while the handler is slow
  } finally {
    done.dispatchEvent(new Event("closed"));
  }
}
function* forever() {
  while (true) yield 10;
}

console.log(await worker.request("importRows", { book: "2026" }, { input: rows([1, 2, 3]) }));

const closed = once(done, "closed");
console.log(await worker.request("importRows", { book: "2026" }, { input: rows(forever()) }));
await closed;

async function* broken() {
  yield { amount: 1 };
  throw new Error("line 2 is no number");
}
await worker.request("importRows", { book: "2026" }, { input: broken() }).catch((error) => {
  console.log(`${error.codeName}: ${error.message}`); // error.cause is what the generator threw
});
