import { PassThrough, Writable } from "node:stream";
import { expect, test } from "vitest";
import { z } from "zod";
import { settled, testPeer } from "../test/peer-pair.js";
import { request } from "./contract.js";
import { stdioTransport } from "./stdio-transport.js";

const methods = { load: request({ params: z.unknown(), result: z.unknown(), input: z.number() }) };

test("a reader that takes everything at once, and asks for more than there is, leaves the event loop to others", async () => {
  const back = new PassThrough();
  const there = new Writable({ write: (_chunk, _encoding, done) => done() });
  const peer = testPeer(stdioTransport(back, there), { outgoing: methods });
  let produced = 0;
  function* items() {
    while (produced < 100_000) yield ++produced;
  }
  peer.request("load", 0, { input: items() });
  await settled();
  const grant = { jsonrpc: "2.0", method: "$/input/credit", params: { id: 1, items: 2 ** 40, bytes: 2 ** 40 } };
  const before = new Promise<number>((resolve) => {
    back.once("data", () => setImmediate(() => setImmediate(() => resolve(produced))));
  });
  back.write(`${JSON.stringify(grant)}\n`);
  expect(await before).toBeLessThan(20_000);
  await expect.poll(() => produced).toBe(100_000);
  peer.close((method) => new Error(method) as never);
});
