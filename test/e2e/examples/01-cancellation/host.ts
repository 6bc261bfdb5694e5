import { once } from "node:events";
import { createHost } from "@outrigger/host";
import { library } from "./contract.js";

const reader = new AbortController();

await using host = createHost(library, {
  handlers: {
    async "pages.load"({ book }, { signal }) {
      console.log(`loading ${book}`);
      reader.abort(); // the reader leaves in the middle of it
      await once(signal, "abort");
      console.log("the call for pages was cancelled too");
      return [];
    },
  },
});
const worker = await host.start("library", { entry: new URL("./plugin.js", import.meta.url) });

await worker.request("summarize", { book: "Emma" }, { signal: reader.signal }).catch((error) => {
  console.log(`${error.codeName}: ${error.message}`); // at once
});
await worker.stop(); // waits for what still runs
