import { Server } from "@modelcontextprotocol/sdk/server/index.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { workerMethods } from "../../shared/worker-methods.js";
import * as schemas from "./schemas.js";

const server = new Server({ name: "bench", version: "1.0.0" });
const methods = workerMethods({
  increment: (n) =>
    server.request({ method: "bench/increment", params: { n } }, schemas.incrementResult).then((result) => result.n),
  // The promises are those of the writes; a worker that sends events does not wait for them.
  event: (seq) => void server.notification({ method: "notifications/bench/event", params: { seq } }),
  item: (seq) => void server.notification({ method: "notifications/bench/item", params: { seq } }),
});
server.setRequestHandler(schemas.addRequest, ({ params }) => methods.add(params));
server.setRequestHandler(schemas.reviewRequest, ({ params }) => methods.review(params));
server.setRequestHandler(schemas.textRequest, ({ params }) => methods.text(params));
server.setRequestHandler(schemas.base64Request, ({ params }) => methods.base64(params));
server.setRequestHandler(schemas.driveRequest, ({ params }) => methods.drive?.(params) ?? {});
server.setRequestHandler(schemas.emitRequest, ({ params }) => methods.emit?.(params) ?? {});
server.setRequestHandler(schemas.itemsRequest, ({ params }) => methods.items?.(params) ?? {});
await server.connect(new StdioServerTransport());
