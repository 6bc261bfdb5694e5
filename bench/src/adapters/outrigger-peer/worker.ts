import { ErrorCode, FEATURES, Peer } from "@outrigger/protocol";
import { stdioTransport } from "@outrigger/protocol/node";
import { workerMethods } from "../../shared/worker-methods.js";
import { bench } from "../outrigger/contract.js";

const methods = new Map<string, unknown>(
  Object.entries(
    workerMethods({
      increment: (n) => peer.request("increment", { n }).then((result) => (result as { n: number }).n),
      event(seq) {
        if (!peer.notify("event", { seq })) throw new Error(`event ${seq} was dropped`);
      },
    }),
  ),
);
async function* items({ count }: { count: number }): AsyncGenerator<number> {
  for (let seq = 0; seq < count; seq++) yield seq;
}
methods.set("items", items);

const peer: Peer = new Peer({
  transport: stdioTransport(process.stdin, process.stdout),
  outgoing: bench.workerToHost,
  serving: {
    methods: bench.hostToWorker,
    handle: ({ method, params }) => (methods.get(method) as (params: unknown) => unknown)(params),
    handlerErrorCode: ErrorCode.WORKER_ERROR,
  },
});
peer.start();
peer.agree(FEATURES, peer.limits.callTimeoutMs);
peer.sendAgreed();
