import { createHost } from "@outrigger/host";
import { importer } from "./contract.js";

await using host = createHost(importer, {});
const worker = await host.start("importer", { entry: new URL("./plugin.js", import.meta.url) });

const { imported } = await worker.request(
  "importAll",
  { files: ["a.csv", "b.csv"] },
  { onProgress: ({ done, total }) => console.log(`${done} of ${total}`) },
);
console.log(`imported ${imported}`);
