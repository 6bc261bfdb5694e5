import { type ChildProcessByStdio, spawn } from "node:child_process";
import { Socket } from "node:net";
import { PassThrough, type Readable } from "node:stream";
import { afterEach, expect, test, vi } from "vitest";
import { stdioTransport, type TransportInput } from "./stdio-transport.js";

const SIZE = 1_000_000;
/** Node 20 cannot. */
const frees = "transfer" in ArrayBuffer.prototype;

const children = new Set<ChildProcessByStdio<null, Readable, null>>();
afterEach(() => {
  vi.restoreAllMocks();
  for (const child of children) child.kill("SIGKILL");
  children.clear();
});

/** Writes eight messages: bytes of one value and text of another before a line that goes on for long. */
function startWriter(): Readable {
  const writer = `
    for (let value = 1; value <= 8; value++) {
      const bytes = Buffer.alloc(${SIZE}, value);
      const line = JSON.stringify(String(value).repeat(value * 30_000));
      process.stdout.write(Buffer.concat([Buffer.from("$bulk ${SIZE}\\n"), bytes, Buffer.from("\\n" + line + "\\n")]));
    }
  `;
  const child = spawn(process.execPath, ["-e", writer], { stdio: ["ignore", "pipe", "inherit"] });
  children.add(child);
  return child.stdout;
}

/** Reads all that is written; tells what arrived, by message the value of its bytes and of its line. */
async function readAll(readable: TransportInput): Promise<unknown[]> {
  const transport = stdioTransport(readable, new PassThrough());
  const messages: unknown[] = [];
  transport.acceptAttachments?.();
  await new Promise<void>((resolve, reject) => {
    transport.start({
      batch: (read) => read(),
      message(line, _bytes, attachments) {
        const [bytes] = attachments ?? [];
        const isWhole = bytes?.length === SIZE && bytes.every((byte) => byte === bytes[0]);
        messages.push([isWhole && bytes[0], line.length - 2, new Set(line.slice(1, -1)).size, Number(line[1])]);
      },
      closed: (error) => (error === undefined ? resolve() : reject(error)),
    });
  });
  return messages;
}

const EXPECTED = Array.from({ length: 8 }, (_, at) => [at + 1, (at + 1) * 30_000, 1, at + 1]);

/** What sockets read from now on. */
function chunksOfSockets(): Uint8Array[] {
  const chunks: Uint8Array[] = [];
  const push = Socket.prototype.push;
  vi.spyOn(Socket.prototype, "push").mockImplementation(function (this: Socket, chunk, encoding) {
    if (chunk !== null) chunks.push(chunk);
    return push.call(this, chunk, encoding);
  });
  return chunks;
}

const sizes = (chunks: readonly Uint8Array[]) => ({
  freed: chunks.filter(({ length }) => length === 0).length,
  long: chunks.filter(({ length }) => length >= 32_768).length,
});

test("a long chunk's memory is freed as soon as it was read, and only then", async () => {
  const chunks = chunksOfSockets();
  expect(await readAll(startWriter())).toEqual(EXPECTED);
  const { freed, long } = sizes(chunks);
  if (frees) expect(freed).toBeGreaterThan(50);
  else expect(freed).toBe(0);
  // Those of a line that went on.
  expect(long).toBeGreaterThan(0);
});

/** Hands a chunk on by a way of its own. */
function emitElsewhere(socket: Readable): Readable {
  const { emit } = socket;
  return Object.assign(socket, { emit: (...event: Parameters<typeof emit>) => emit.apply(socket, event) });
}

function pipeElsewhere(socket: Readable): Readable {
  socket.pipe(new PassThrough().resume());
  return socket;
}

test.each([
  { way: "by a listener", seen: (socket: Readable) => socket.on("data", () => {}) },
  { way: "in a stream it is piped to", seen: pipeElsewhere },
  { way: "where events are told another way", seen: emitElsewhere },
])("a chunk that may have been seen $way is left as it is", async ({ seen }) => {
  const chunks = chunksOfSockets();
  expect(await readAll(seen(startWriter()))).toEqual(EXPECTED);
  const { freed, long } = sizes(chunks);
  expect(freed).toBe(0);
  expect(long).toBeGreaterThan(50);
});

test("a part of a chunk is left as it is", async () => {
  const memory = Buffer.from(`${JSON.stringify("x".repeat(100_000))}\n`.repeat(2));
  const socket = new Socket();
  const transport = stdioTransport(socket, new PassThrough());
  const lines: string[] = [];
  transport.start({ batch: (read) => read(), message: (line) => lines.push(line), closed: () => {} });
  socket.push(memory.subarray(0, memory.length / 2));
  await vi.waitFor(() => expect(lines).toHaveLength(1));
  expect(memory.length).toBe(200_006);
  socket.push(memory);
  await vi.waitFor(() => expect(lines).toHaveLength(3));
  expect(memory.length).toBe(frees ? 0 : 200_006);
});

test("a chunk is left as it is while reading rests in the middle of it", async () => {
  const expected = Array.from({ length: 5000 }, (_, at) => `"line ${at}"`);
  const memory = Buffer.from(`${expected.join("\n")}\n`);
  const socket = new Socket();
  const transport = stdioTransport(socket, new PassThrough());
  const lines: string[] = [];
  const blockFor = (ms: number): void => {
    const until = performance.now() + ms;
    while (performance.now() < until);
  };
  const message = (line: string): void => {
    lines.push(line);
    // Longer than reading may go on before other work gets its turn.
    if (lines.length === 100) blockFor(20);
  };
  transport.start({ batch: (read) => read(), message, closed: () => {} });
  await new Promise(setImmediate);
  socket.push(memory);
  expect(lines.length).toBeLessThan(5000);
  await vi.waitFor(() => expect(lines).toHaveLength(5000));
  expect(lines).toEqual(expected);
});
