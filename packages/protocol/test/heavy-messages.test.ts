import { expect, test } from "vitest";
import { z } from "zod";
import { ErrorCode, linkedTransports, notification, request } from "../src/index.js";
import { serving, testPeer, wire } from "./peer-pair.js";

const MANY = `[${"{},".repeat(300_000)}{}]`;

function pair() {
  const [near, far] = linkedTransports();
  const noted: unknown[] = [];
  const list = { list: request({ params: z.object({}), result: z.array(z.number()) }) };
  const methods = { ...list, note: notification({ params: z.unknown() }) };
  const peer = testPeer(near, {
    outgoing: list,
    ...serving(methods, { list: () => [], note: (value) => noted.push(value) }),
  });
  return { peer, noted, other: wire(far) };
}

test("a message of more values than the limit is not made: it is reported, and nothing is handled", async () => {
  const { peer, noted, other } = pair();
  other.send(`{"jsonrpc":"2.0","method":"note","params":${MANY}}`);
  other.send({ jsonrpc: "2.0", id: 1, method: "$/ping" });
  await other.next();
  expect(noted).toEqual([]);
  expect(peer.reports).toEqual([expect.objectContaining({ kind: "invalid-message", reason: "too many values" })]);
});

test("nor is one whose list by column would have as many by row", async () => {
  const { peer, noted, other } = pair();
  const zeros = Array(100_000).fill(0).join();
  const bulk = '[{"path":["params"],"as":"columns"}]';
  other.send(`{"jsonrpc":"2.0","method":"note","params":{"a":[${zeros}]},"bulk":${bulk}}`);
  other.send({ jsonrpc: "2.0", id: 1, method: "$/ping" });
  await other.next();
  expect(noted).toEqual([]);
  expect(peer.reports).toEqual([
    expect.objectContaining({ kind: "invalid-message", reason: expect.stringContaining("at most 131072 values") }),
  ]);
});

test("a call whose answer has too many values fails at once, and says what to do", async () => {
  const { peer, other } = pair();
  const call = peer.request("list", {});
  const { id } = await other.next();
  other.send(`{"jsonrpc":"2.0","id":${id},"result":${MANY}}`);
  await expect(call).rejects.toMatchObject({
    code: ErrorCode.INVALID_RESULT,
    message: "the message has more than 131072 values; use a stream, or raise limits.values of its reader",
  });
});

test("a request of too many values is answered", async () => {
  const { other } = pair();
  other.send(`{"jsonrpc":"2.0","id":7,"method":"list","params":${MANY}}`);
  expect(await other.next()).toMatchObject({ id: 7, error: { code: ErrorCode.INVALID_REQUEST } });
});
