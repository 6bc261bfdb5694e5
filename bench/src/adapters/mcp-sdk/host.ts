import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StdioClientTransport } from "@modelcontextprotocol/sdk/client/stdio.js";
import type { z } from "zod";
import type { Adapter } from "../../link.js";
import { workerFile } from "../../shared/child.js";
import { base64Bytes, driveCalls, emitEvents, methodCalls } from "../../shared/method-link.js";
import { eventNotification, incrementRequest, itemNotification, results } from "./schemas.js";

export const open: Adapter["open"] = (host) => ({
  async start() {
    const client = new Client({ name: "bench", version: "1.0.0" });
    client.setRequestHandler(incrementRequest, ({ params }) => ({ n: host.increment(params.n) }));
    client.setNotificationHandler(eventNotification, ({ params }) => host.event(params.seq));
    let onItem: (seq: number) => void = () => {};
    client.setNotificationHandler(itemNotification, ({ params }) => onItem(params.seq));
    await client.connect(new StdioClientTransport({ command: process.execPath, args: [workerFile(import.meta.url)] }));
    const request = (method: string, params: unknown) =>
      client.request(
        { method: `bench/${method}`, params: params as { [key: string]: unknown } },
        results[method] as z.ZodType<object>,
      );
    return {
      ...methodCalls(request),
      bytes: base64Bytes(request),
      drive: driveCalls(request),
      emit: emitEvents(request),
      async items(count, listener) {
        onItem = listener;
        await request("items", { count });
      },
      stop: () => client.close(),
    };
  },
});
