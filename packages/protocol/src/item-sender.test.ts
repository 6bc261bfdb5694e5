import { PassThrough, Writable } from "node:stream";
import { expect, test } from "vitest";
import { z } from "zod";
import { settled, testPeer } from "../test/peer-pair.js";
import { request, stream } from "./contract.js";
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

test("many streams opened at once share the turn of the event loop", async () => {
  let produced = 0;
  const back = new PassThrough();
  const there = new Writable({ write: (_chunk, _encoding, done) => done() });
  const peer = testPeer(stdioTransport(back, there), {
    serving: {
      methods: { items: stream({ params: z.unknown(), item: z.number() }) },
      *handle() {
        for (;;) yield ++produced;
      },
      handlerErrorCode: 0,
    },
  });
  await settled();
  const before = new Promise<number>((resolve) => {
    back.once("data", () => setImmediate(() => setImmediate(() => resolve(produced))));
  });
  const open = (id: number): string => `${JSON.stringify({ jsonrpc: "2.0", id, method: "items", params: 0 })}\n`;
  back.write(Array.from({ length: 500 }, (_, id) => open(id)).join(""));
  expect(await before).toBeLessThan(10_000);
  await expect.poll(() => produced).toBeGreaterThanOrEqual(500 * 256);
  peer.close((method) => new Error(method) as never);
});
