import { createInterface } from "node:readline";
import { JSONRPCClient, JSONRPCServer, JSONRPCServerAndClient } from "json-rpc-2.0";
import type { Adapter } from "../../link.js";
import { endChild, spawnWorker } from "../../shared/child.js";
import { base64Bytes, driveCalls, emitEvents, methodCalls } from "../../shared/method-link.js";

export const open: Adapter["open"] = (host) => ({
  async start() {
    const child = spawnWorker(import.meta.url);
    const rpc = new JSONRPCServerAndClient(
      new JSONRPCServer(),
      new JSONRPCClient((message) => void child.stdin.write(`${JSON.stringify(message)}\n`)),
    );
    rpc.addMethod("increment", ({ n }: { n: number }) => ({ n: host.increment(n) }));
    rpc.addMethod("event", ({ seq }: { seq: number }) => host.event(seq));
    createInterface({ input: child.stdout }).on("line", (line) => void rpc.receiveAndSend(JSON.parse(line)));
    const request = (method: string, params: unknown) => rpc.request(method, params);
    return {
      ...methodCalls(request),
      bytes: base64Bytes(request),
      drive: driveCalls(request),
      emit: emitEvents(request),
      stop: () => endChild(child),
    };
  },
});
