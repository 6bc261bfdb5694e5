import { expect, test } from "vitest";
import { collectGarbage } from "../test/collect-garbage.js";
import { jsonCodec } from "./codec.js";
import { ErrorCode } from "./errors.js";
import { createMessageWriter } from "./message-writer.js";
import { createPeerStats } from "./peer-report.js";
import type { Transport } from "./transport.js";

const MIB = 1024 * 1024;

/** Memory of buffers after a collection; V8 frees them a little later. */
const buffers = (): number => {
  collectGarbage();
  return process.memoryUsage().arrayBuffers;
};

test.each([
  ["sent", 32 * MIB, {}, undefined],
  ["refused for its size", MIB, {}, ErrorCode.MESSAGE_TOO_LARGE],
  ["that cannot be written", 32 * MIB, { never: 1n }, ErrorCode.INVALID_PARAMS],
])("the bytes of a message %s are let go of", async (_, messageBytes, beside, code) => {
  const transport = { send: () => true, unsentBytes: () => 0 } as unknown as Transport;
  const writer = createMessageWriter(transport, jsonCodec, messageBytes, createPeerStats());
  writer.attach();
  const before = buffers();
  const send = (): number | undefined => {
    const params = { bytes: new Uint8Array(8 * MIB), ...beside };
    return writer.send({ jsonrpc: "2.0", method: "m", params }, false)?.code;
  };
  expect(send()).toBe(code);
  await expect.poll(buffers, { timeout: 5_000 }).toBeLessThan(before + MIB);
  expect(writer.lineBytes()).toBe(0);
});
