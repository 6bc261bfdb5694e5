import { expect, test } from "vitest";
import { plain } from "./contracts/plain.js";
import { startWorker } from "./support/worker-process.js";

test("a plugin that reads stdin hears nothing but its end, and takes none of the host's messages", async () => {
  const worker = startWorker("curious", plain);
  await worker.initialize();
  await expect(worker.peer.request("run", "early")).resolves.toBe("undefined");
  const values = Array.from({ length: 200 }, (_, at) => "x".repeat(at * 100));
  const answers = await Promise.all(values.map((value) => worker.peer.request("other", value)));
  expect(answers).toEqual(values);
  await expect(worker.peer.request("run", "heard")).resolves.toBe("");
  expect(worker.stderr()).not.toContain("stdin ended");
  worker.child.stdin.end();
  await expect(worker.exited).resolves.toEqual({ code: 0, signal: null });
  expect(worker.stderr()).toContain("stdin ended");
});

test.each(["just now", "long"])("one that has listened to stdin before it serves, %s, is served", async (since) => {
  const worker = startWorker("curious", plain, { env: { LISTENS: since } });
  // What comes before it serves is lost to whoever listens.
  await expect.poll(worker.stderr).toContain("serving");
  await worker.initialize();
  await expect(worker.peer.request("other", since)).resolves.toBe(since);
  worker.child.stdin.end();
  await expect(worker.exited).resolves.toEqual({ code: 0, signal: null });
});

test("messages arrive whole, however the pipe cuts them", async () => {
  const worker = startWorker("curious", plain);
  await worker.initialize();
  const value = "é".repeat(100_000);
  const line = Buffer.from(`${JSON.stringify({ jsonrpc: "2.0", id: 500_000, method: "other", params: value })}\n`);
  const received = worker.peer.stats.unknownReplies;
  for (let at = 0; at < line.length; at += 1_001) {
    worker.child.stdin.write(line.subarray(at, at + 1_001));
    // Another write: in a turn of its own the other end reads it alone.
    if (at % 7_007 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  await expect.poll(() => worker.peer.stats.unknownReplies).toBe(received + 1);
  await expect(worker.peer.request("other", value)).resolves.toBe(value);
});

test("with the end of stdin the worker ends", async () => {
  const worker = startWorker("curious", plain);
  await worker.initialize();
  worker.child.stdin.end();
  await expect(worker.exited).resolves.toEqual({ code: 0, signal: null });
});
