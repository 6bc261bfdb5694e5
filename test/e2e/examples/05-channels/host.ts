import { once } from "node:events";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { createHost } from "@outrigger/host";
import { builder } from "./contract.js";

await using host = createHost(builder, {});
const worker = await host.start("builder", { entry: new URL("./plugin.js", import.meta.url) });

const server = createServer((_, response) => {
  const left = new AbortController();
  response.on("close", () => left.abort()).on("error", () => {});
  response.writeHead(200, { "content-type": "text/event-stream" }).flushHeaders();
  const pushes = worker.channel("builds", { scope: { tenant: "acme" }, signal: left.signal });
  const lines = async function* () {
    for await (const { data } of pushes) yield `data: ${JSON.stringify(data)}\n\n`; // ends with the channel
    yield `event: end\ndata: ${JSON.stringify(pushes.closed)}\n\n`;
  };
  Readable.from(lines()).pipe(response); // a slow browser misses the oldest, and holds nothing up
});

await once(server.listen(0, "127.0.0.1"), "listening");
const { port } = server.address() as AddressInfo;
const browser = await fetch(`http://127.0.0.1:${port}/events`);
await worker.request("build", {}, { scope: { tenant: "acme" } });
console.log((await browser.text()).trimEnd());
server.close();
