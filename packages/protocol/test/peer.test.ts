import { expect, test } from "vitest";
import { z } from "zod";
import { defineContract, ErrorCode, linkedTransports, Peer, request, stream } from "../src/index.js";

const contract = defineContract({
  name: "t",
  version: 1,
  hostToWorker: {
    add: request({ params: z.object({ a: z.number(), b: z.number().default(1) }), result: z.number() }),
    count: stream({ params: z.object({ to: z.number() }), item: z.number() }),
  },
});

function pair() {
  const [left, right] = linkedTransports({ chunkBytes: 7 });
  const worker = new Peer({
    transport: right,
    outgoing: {},
    serving: {
      methods: contract.hostToWorker,
      handlerErrorCode: ErrorCode.WORKER_ERROR,
      handle: (call) => {
        if (call.method === "add") {
          const { a, b } = call.params as { a: number; b: number };
          return a + b;
        }
        const { to } = call.params as { to: number };
        return (function* () {
          for (let i = 0; i < to; i++) yield i;
        })();
      },
    },
  });
  const host = new Peer({
    transport: left,
    outgoing: contract.hostToWorker,
    serving: { methods: {}, handlerErrorCode: ErrorCode.INTERNAL_ERROR, handle: () => null },
  });
  worker.start();
  host.start();
  return { host, worker };
}

test("a call is answered through the real framing", async () => {
  const { host } = pair();
  await expect(host.request("add", { a: 2 })).resolves.toBe(3);
  await expect(host.request("add", { a: "2" })).rejects.toMatchObject({
    code: ErrorCode.INVALID_PARAMS,
    message: "params.a: expected number, received string",
  });
});

test("a stream delivers every item in order, then ends", async () => {
  const { host } = pair();
  const seen: unknown[] = [];
  for await (const item of host.stream("count", { to: 1000 })) seen.push(item);
  expect(seen).toEqual(Array.from({ length: 1000 }, (_, index) => index));
});
