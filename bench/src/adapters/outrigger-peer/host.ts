import { ErrorCode, FEATURES, Peer, RpcError } from "@outrigger/protocol";
import { stdioTransport } from "@outrigger/protocol/node";
import type { Adapter } from "../../link.js";
import { endChild, spawnWorker } from "../../shared/child.js";
import { driveCalls, emitEvents, methodCalls, nativeBytes } from "../../shared/method-link.js";
import { bench } from "../outrigger/contract.js";

/** The protocol alone: validation, timeouts and limits, but no supervision and no scopes. */
export const open: Adapter["open"] = (host) => ({
  async start() {
    const child = spawnWorker(import.meta.url);
    const peer = new Peer({
      transport: stdioTransport(child.stdout, child.stdin),
      outgoing: bench.hostToWorker,
      serving: {
        methods: bench.workerToHost,
        handle: ({ method, params }) =>
          method === "increment"
            ? { n: host.increment((params as { n: number }).n) }
            : host.event((params as { seq: number }).seq),
        handlerErrorCode: ErrorCode.INTERNAL_ERROR,
      },
    });
    peer.start();
    // A host and its workers agree on it in their handshake.
    peer.agree(FEATURES, peer.limits.callTimeoutMs);
    peer.sendAgreed();
    const request = (method: string, params: unknown) => peer.request(method, params);
    return {
      ...methodCalls(request),
      bytes: nativeBytes(request),
      drive: driveCalls(request),
      emit: emitEvents(request),
      async items(count, onItem) {
        for await (const seq of peer.stream("items", { count })) onItem(seq as number);
      },
      async stop() {
        peer.close((method) => new RpcError(ErrorCode.WORKER_UNAVAILABLE, `${method}: stopped`));
        await endChild(child);
      },
    };
  },
});
