import { type ChildProcessByStdio, spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { once } from "node:events";
import { Socket } from "node:net";
import { PassThrough, type Readable, type Writable } from "node:stream";
import { afterEach, expect, test } from "vitest";
import { createSentMemory } from "./sent-memory.js";
import { stdioTransport } from "./stdio-transport.js";

const children = new Set<ChildProcessByStdio<Writable, Readable, null>>();
afterEach(() => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});

/** More than a pipe holds. */
const SIZE = 1_000_000;

test("memory is given out again once what it held was sent, and to one", () => {
  const { take, sent } = createSentMemory();
  const first = take(100);
  expect(take(100).buffer).not.toBe(first.buffer);
  sent(["text", first]);
  const again = take(80);
  expect([again.buffer, again.length]).toEqual([first.buffer, 80]);
  expect(take(100).buffer).not.toBe(first.buffer);
});

test("memory of others is never given out", () => {
  const { take, sent } = createSentMemory();
  const mine = new Uint8Array(100);
  sent([mine]);
  expect(take(100).buffer).not.toBe(mine.buffer);
});

test("to a process that reads late goes what was sent, whatever is sent next", async () => {
  // Reads when it is told to by a signal, then hashes what it got.
  const reader = `
    const hash = require("node:crypto").createHash("sha256");
    const alive = setInterval(() => {}, 1_000_000);
    process.once("SIGUSR2", () => {
      clearInterval(alive);
      process.stdin.on("data", (chunk) => hash.update(chunk)).on("end", () => console.log(hash.digest("hex")));
    });
    console.log("waits");
  `;
  const child = spawn(process.execPath, ["-e", reader], { stdio: ["pipe", "pipe", "inherit"] });
  children.add(child);
  const transport = stdioTransport(new PassThrough(), child.stdin);
  await once(child.stdout, "data");
  const expected = createHash("sha256");
  const used = new Set<ArrayBufferLike>();
  const send = (value: number): Uint8Array => {
    const bytes = transport.memory?.(SIZE)?.fill(value) ?? expect.fail("no memory");
    used.add(bytes.buffer);
    expect(transport.send(`${value}`, false, [bytes])).toBe(true);
    expected.update(`$bulk ${SIZE}\n`).update(bytes).update(`\n${value}\n`);
    return bytes;
  };
  const waiting = [1, 2, 3].map(send);
  await new Promise(setImmediate);
  send(4);
  expect(used.size).toBe(4);
  child.kill("SIGUSR2");
  await transport.flush();
  expect(waiting.map(([byte]) => byte)).toEqual([1, 2, 3]);
  send(5);
  expect(used.size).toBe(4);
  transport.close();
  const [told] = (await once(child.stdout, "data")) as [Buffer];
  expect(told.toString().trim()).toBe(expected.digest("hex"));
});

test("a stream that may keep its chunks, or hand them on as they are, has no such memory", () => {
  const plain = new Socket();
  const wrapped = new Socket();
  wrapped.write = (...args: unknown[]) => Socket.prototype.write.apply(wrapped, args as never);
  const has = [
    new PassThrough(),
    plain,
    wrapped,
    Object.create(plain, { write: { value: plain.write.bind(plain) } }),
  ].map((stream) => stdioTransport(new PassThrough(), stream).memory?.(SIZE) !== undefined);
  expect(has).toEqual([false, true, false, false]);
});
