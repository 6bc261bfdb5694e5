import { createHost } from "@outrigger/host";
import { images } from "./contract.js";

await using host = createHost(images, {});
const worker = await host.start("images", { entry: new URL("./plugin.js", import.meta.url) });

const { pixels } = await worker.request("invert", { pixels: new Uint8Array([0, 100, 255]) });
console.log([...pixels]);

let total = 0;
for await (const chunk of worker.stream("read", { chunks: 100 })) total += chunk.byteLength;
console.log(`${total} bytes, as they are: ${worker.diagnostics().features.includes("bulk")}`);
