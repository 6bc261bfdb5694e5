import { execFileSync } from "node:child_process";
import { mkdtemp, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineContract, jsonCodec, request } from "@outrigger/protocol";
import { readTape } from "@outrigger/protocol/tape";
import { afterAll, beforeAll, expect, test, vi } from "vitest";
import { z } from "zod";
import { makeHungDisk } from "../test/hung-disk.js";
import { fakeRuntime } from "./fake-clock.js";
import { createTapeFile, type TapeBounds, type TapeFileSource } from "./tape-file.js";

const contract = defineContract({
  name: "test.tape",
  version: 1,
  hostToWorker: { echo: request({ params: z.string(), result: z.string() }) },
});
const message = (id: number, text = "a"): string =>
  JSON.stringify({ jsonrpc: "2.0", id, method: "echo", params: text });
const asked = { code: 0, signal: null, reason: "requested" } as const;
const never = {
  onError(error: Error): never {
    throw error;
  },
  onDropped(text: string): never {
    throw new Error(text);
  },
};
const listen = () => ({ onError: vi.fn<(error: Error) => void>(), onDropped: vi.fn<(text: string) => void>() });

vi.mock("node:fs/promises", async (original) => (await import("../test/hung-disk.js")).withHungDisks(original));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-tape-file-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

function tapeFile(name: string, given: Partial<TapeBounds> = {}, more: Partial<TapeFileSource> = {}) {
  const runtime = fakeRuntime();
  const limits = { depth: 100, values: 1000 };
  const bounds = { maxBytes: 1 << 20, bufferBytes: 1 << 20, ...given };
  const path = join(folder, name);
  const source = { path, bounds, workerId: "w", contract, codec: jsonCodec, limits, runtime, ...more };
  return { tape: createTapeFile(source), path, runtime };
}

test("nothing is opened before a process is recorded; what was in the file is overwritten once", async () => {
  const { tape, path } = tapeFile("once");
  await writeFile(path, "old");
  await tape.flush();
  expect(await readFile(path, "utf8")).toBe("old");
  for (const incarnation of [1, 2, 3]) {
    const recorder = tape.begin(incarnation, never);
    recorder.message("host", message(1), undefined);
    recorder.exit(asked);
    // One file opened anew, two that follow at once.
    if (incarnation === 1) await tape.flush();
  }
  await tape.flush();
  const { incarnations } = readTape(await readFile(path, "utf8"));
  expect(incarnations).toMatchObject([1, 2, 3].map((number) => ({ number, exit: { messages: 1, dropped: 0 } })));
  expect(tape.stats).toMatchObject({ file: path, lines: 7, dropped: 0, error: undefined });
  expect(tape.stats.bytes).toBe((await readFile(path)).length);
});

test.skipIf(process.platform === "win32")("a tape is its owner's to read", async () => {
  const { tape, path } = tapeFile("mode");
  tape.begin(1, never).exit(asked);
  await tape.flush();
  expect((await stat(path)).mode & 0o777).toBe(0o600);
});

test("what comes after the end of a process is not recorded, and its end once", async () => {
  const { tape, path } = tapeFile("after");
  const recorder = tape.begin(1, never);
  recorder.exit(asked);
  recorder.message("worker", message(1), undefined);
  await tape.flush();
  expect((await readFile(path, "utf8")).trimEnd().split("\n")).toHaveLength(2);
});

test("past maxBytes messages are dropped and counted, and the last line says so", async () => {
  const { tape, path } = tapeFile("full", { maxBytes: 2_000 });
  const told = listen();
  const recorder = tape.begin(1, told);
  for (let id = 1; id <= 100; id++) recorder.message("host", message(id), undefined);
  recorder.exit(asked);
  await tape.flush();
  const text = await readFile(path, "utf8");
  expect(text.length).toBeLessThan(2_000 + 200);
  const [incarnation] = readTape(text, { partial: true }).incarnations;
  const { messages = 0, dropped = 0 } = incarnation?.exit ?? {};
  expect(messages).toBeGreaterThan(5);
  expect(messages + dropped).toBe(100);
  expect(incarnation?.messages).toHaveLength(messages);
  expect(tape.stats).toMatchObject({ dropped, error: undefined });
  expect(() => readTape(text)).toThrow(`it lacks ${dropped} messages of process 1`);
  tape.begin(2, told).message("host", message(1), undefined);
  expect(told.onDropped.mock.calls).toEqual([["messages from here on: it reached maxBytes, 2000"]]);
  expect(told.onError).not.toHaveBeenCalled();
});

test("past bufferBytes nothing waits for a slow disk", async () => {
  const { tape, path } = tapeFile("slow", { bufferBytes: 10_000 });
  const told = listen();
  const recorder = tape.begin(1, told);
  // All in one turn: not a byte is written meanwhile.
  for (let id = 1; id <= 1000; id++) recorder.message("host", message(id, "x".repeat(100)), undefined);
  recorder.exit(asked);
  await tape.flush();
  const text = await readFile(path, "utf8");
  expect(text.length).toBeLessThan(10_500);
  expect(tape.stats.dropped).toBeGreaterThan(900);
  expect(told.onDropped.mock.calls).toEqual([["messages from here on: its disk is too slow for bufferBytes, 10000"]]);
});

test("a message that no line can hold is counted with the others, and told once", async () => {
  const decode = (line: string) => ({ ...(jsonCodec.decode(line) as object), params: 5n });
  const { tape, path } = tapeFile("unwritable", {}, { codec: { ...jsonCodec, decode } });
  const told = listen();
  const recorder = tape.begin(1, told);
  recorder.message("host", message(1), undefined);
  recorder.message("host", message(2), undefined);
  recorder.exit(asked);
  await tape.flush();
  expect(tape.stats).toMatchObject({ lines: 2, dropped: 2, error: undefined });
  expect(told.onDropped.mock.calls).toEqual([["a message that is too long for a line, or has no form in JSON"]]);
  const [incarnation] = readTape(await readFile(path, "utf8"), { partial: true }).incarnations;
  expect(incarnation?.exit).toMatchObject({ messages: 0, dropped: 2 });
});

test("a file that cannot be written is told once, and changes nothing else", async () => {
  const { tape } = tapeFile("no/such/folder");
  const told = listen();
  const recorder = tape.begin(1, told);
  for (let id = 1; id <= 3; id++) recorder.message("host", message(id), undefined);
  await tape.flush();
  recorder.message("host", message(4), undefined);
  recorder.exit(asked);
  await tape.flush();
  expect(told.onError).toHaveBeenCalledOnce();
  expect(told.onDropped).not.toHaveBeenCalled();
  expect(tape.stats.error).toMatch(/ENOENT/);
  expect(tape.stats.dropped).toBeGreaterThan(0);
});

test.skipIf(process.platform !== "linux")("a full disk is told once", async () => {
  const { tape } = tapeFile("/dev/full", {}, { path: "/dev/full" });
  const told = listen();
  const recorder = tape.begin(1, told);
  await tape.flush();
  recorder.exit(asked);
  await tape.flush();
  expect(told.onError).toHaveBeenCalledOnce();
  expect(told.onDropped).not.toHaveBeenCalled();
  expect(tape.stats.error).toMatch(/ENOSPC/);
});

test("two recordings of one file are refused while the first one runs", async () => {
  const [first, second, third] = [tapeFile("shared"), tapeFile("shared"), tapeFile("shared")];
  const told = listen();
  const recorder = first.tape.begin(1, never);
  second.tape.begin(1, told).exit(asked);
  expect(told.onError).toHaveBeenCalledWith(
    expect.objectContaining({ message: expect.stringContaining("a file of its own") }),
  );
  recorder.message("host", message(1), undefined);
  recorder.exit(asked);
  await first.tape.flush();
  expect(readTape(await readFile(first.path, "utf8")).incarnations).toHaveLength(1);
  third.tape.begin(1, never).exit(asked);
  await third.tape.flush();
});

test.skipIf(process.platform === "win32")(
  "a pipe is refused, and nobody waits for it; a device is written",
  async () => {
    const path = join(folder, "pipe");
    execFileSync("mkfifo", [path]);
    const told = listen();
    const { tape } = tapeFile("pipe");
    const recorder = tape.begin(1, told);
    await tape.flush();
    recorder.exit(asked);
    expect(told.onError.mock.calls).toEqual([
      [expect.objectContaining({ message: expect.stringContaining("expected a file, got a named pipe") })],
    ]);
    const device = tapeFile("null", {}, { path: "/dev/null" }).tape;
    device.begin(1, never).exit(asked);
    await device.flush();
    expect(device.stats).toMatchObject({ lines: 2, error: undefined });
  },
);

test.skipIf(process.platform === "win32")("a disk that hangs costs its buffer, and nobody waits for it", async () => {
  const path = makeHungDisk(folder);
  const { tape, runtime } = tapeFile("hung-disk", { bufferBytes: 10_000 }, { path });
  const recorder = tape.begin(1, listen());
  for (let id = 1; id <= 1_000; id++) {
    recorder.message("host", message(id, "x".repeat(100)), undefined);
    if (id % 100 === 0) await new Promise(setImmediate);
  }
  recorder.exit(asked);
  expect(tape.stats.dropped).toBeGreaterThan(900);
  let isOver = false;
  const flushed = tape.flush().then(() => {
    isOver = true;
  });
  await runtime.advance(1_999);
  expect(isOver).toBe(false);
  await runtime.advance(1);
  await flushed;
  expect((await readFile(path, "utf8")).length).toBeLessThan(10_500);
});

test("a line that is no message is told by its size alone; times are the clock's", async () => {
  const { tape, path, runtime } = tapeFile("garbage");
  const recorder = tape.begin(1, never);
  await runtime.advance(1_500);
  recorder.message("worker", "s3cret garbage", undefined);
  recorder.message("worker", "", undefined);
  recorder.exit(asked);
  await tape.flush();
  const text = await readFile(path, "utf8");
  expect(JSON.parse(text.split("\n")[1] ?? "")).toEqual({
    ...{ at: 1500, incarnation: 1, from: "worker" },
    unreadable: { reason: "not JSON", bytes: 14 },
  });
  expect(text).not.toContain("s3cret");
});

test("who was refused a file another writes to, does not free it for a third", async () => {
  const first = tapeFile("shared").tape;
  const recorder = first.begin(1, never);
  for (const name of ["second", "third"]) {
    const told = listen();
    tapeFile("shared", {}, { workerId: name }).tape.begin(1, told).exit(asked);
    await first.flush();
    expect(told.onError.mock.calls).toEqual([
      [expect.objectContaining({ message: expect.stringContaining("another recording") })],
    ]);
  }
  recorder.exit(asked);
  await first.flush();
});
