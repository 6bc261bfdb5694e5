import { type ChildProcessByStdio, spawn } from "node:child_process";
import { Socket } from "node:net";
import { PassThrough, type Readable } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { systemClock } from "./clock.js";
import { stdioTransport } from "./stdio-transport.js";

/** Node 20 cannot. */
const frees = "transfer" in ArrayBuffer.prototype;

const children = new Set<ChildProcessByStdio<null, Readable, null>>();
afterEach(() => {
  vi.restoreAllMocks();
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});

/** Reads what is pushed into a stream; its lines. */
function readFrom(stream: Readable, onLine: (lines: readonly string[]) => void = () => {}): readonly string[] {
  const lines: string[] = [];
  const message = (line: string): void => {
    lines.push(line);
    onLine(lines);
  };
  stdioTransport(stream, new PassThrough()).start({ batch: (read) => read(), message, closed: () => {} });
  return lines;
}

const handingOver = (): Readable => Object.assign(new Socket(), { handsOverChunks: true });

/** Of memory of its own. */
const chunkOf = (text: string): Buffer => Buffer.concat([Buffer.from(text)]);

const LINE = JSON.stringify("x".repeat(40_000));

test("what a process writes arrives as it was", async () => {
  const writer = `
    for (let value = 1; value <= 8; value++) {
      const bytes = Buffer.alloc(1_000_000, value);
      const line = JSON.stringify(String(value).repeat(value * 30_000));
      process.stdout.write(Buffer.concat([Buffer.from("$bulk 1000000\\n"), bytes, Buffer.from("\\n" + line + "\\n")]));
    }
  `;
  const child = spawn(process.execPath, ["-e", writer], { stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  const transport = stdioTransport(Object.assign(child.stdout, { handsOverChunks: true }), new PassThrough());
  transport.acceptAttachments?.();
  const messages: unknown[] = [];
  await new Promise<void>((resolve, reject) => {
    transport.start({
      batch: (read) => read(),
      message(line, _bytes, attachments) {
        const [bytes] = attachments ?? [];
        const isWhole = bytes?.length === 1_000_000 && bytes.every((byte) => byte === bytes[0]);
        messages.push([isWhole && bytes[0], line.length - 2, new Set(line.slice(1, -1)).size, Number(line[1])]);
      },
      closed: (error) => (error === undefined ? resolve() : reject(error)),
    });
  });
  expect(messages).toEqual(Array.from({ length: 8 }, (_, at) => [at + 1, (at + 1) * 30_000, 1, at + 1]));
});

test.runIf(frees)("a long chunk that was read is freed", async () => {
  const stream = handingOver();
  const lines = readFrom(stream);
  const [long, short] = [chunkOf(`${LINE}\n`), chunkOf("1\n")];
  stream.push(long);
  stream.push(short);
  await vi.waitFor(() => expect(lines).toEqual([LINE, "1"]));
  expect([long.length, short.length]).toEqual([0, 2]);
});

test.runIf(frees)("a chunk whose line goes on is left as it is until that has ended", async () => {
  const stream = handingOver();
  const lines = readFrom(stream);
  const [first, second] = [chunkOf(LINE.slice(0, -1)), chunkOf(`${LINE.slice(-1)}\n${LINE}\n`)];
  stream.push(first);
  stream.push(second);
  await vi.waitFor(() => expect(lines).toEqual([LINE, LINE]));
  expect([first.length, second.length]).toEqual([40_001, 0]);
});

test.runIf(frees)("a chunk is left as it is while reading rests in the middle of it", async () => {
  const expected = Array.from({ length: 5000 }, (_, at) => `"line ${at}"`);
  const chunk = chunkOf(`${expected.join("\n")}\n`);
  const stream = handingOver();
  let lateMs = 0;
  const now = systemClock.now.bind(systemClock);
  vi.spyOn(systemClock, "now").mockImplementation(() => now() + lateMs);
  const lines = readFrom(stream, ({ length }) => {
    // Longer than reading may go on before other work gets its turn.
    if (length === 100) lateMs = 1_000;
  });
  await new Promise(setImmediate);
  stream.push(chunk);
  expect(lines.length).toBeLessThan(5000);
  await vi.waitFor(() => expect(lines).toEqual(expected));
});

test.runIf(frees)("a part of a chunk is left as it is", async () => {
  const stream = handingOver();
  const lines = readFrom(stream);
  const memory = chunkOf(`${LINE}\n${LINE}\n`);
  stream.push(memory.subarray(0, memory.length / 2));
  await vi.waitFor(() => expect(lines).toHaveLength(1));
  expect(memory.length).toBe(80_006);
});

function listen(stream: Readable): Readable {
  stream.on("data", () => {});
  return stream;
}

function iterate(stream: Readable): Readable {
  void (async () => {
    for await (const _ of stream);
  })();
  return stream;
}

test.runIf(frees).each([
  { who: "the stream does not hand over", stream: () => new Socket() as Readable },
  { who: "somebody else listens to", stream: () => listen(handingOver()) },
  { who: "somebody else iterates", stream: () => iterate(handingOver()) },
])("a chunk that $who is left as it is", async ({ stream: open }) => {
  const stream = open();
  const lines = readFrom(stream);
  const chunk = chunkOf(`${LINE}\n`);
  stream.push(chunk);
  await vi.waitFor(() => expect(lines).toEqual([LINE]));
  expect(chunk.length).toBe(40_003);
});
