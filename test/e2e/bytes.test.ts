import { createHash } from "node:crypto";
import { createHost, type StartOptions, type Worker } from "@outrigger/host";
import { ErrorCode } from "@outrigger/protocol";
import { pino } from "pino";
import { expect, test } from "vitest";
import { bytesContract } from "./bytes-contract.js";
import { fixture } from "./fixture.js";

const MEGABYTE = 1_000_000;
const sha256 = (data: Uint8Array): string => createHash("sha256").update(data).digest("hex");
const noise = (length: number) => new Uint8Array(length).map((_, index) => (index * 31 + (index >> 8)) & 0xff);

function bytesHost() {
  return createHost(bytesContract, {
    logger: pino({ level: "silent" }),
    restart: { initialDelayMs: 1 },
    handlers: {
      async *blocks({ count }) {
        for (let seq = 0; seq < count; seq++) yield new Uint8Array(100_000).fill(seq);
      },
      store: ({ data }) => ({ data }),
    },
  });
}

async function withWorker(
  use: (worker: Worker<typeof bytesContract>) => Promise<void>,
  start: StartOptions<typeof bytesContract> = { entry: fixture("bytes-plugin") },
): Promise<void> {
  await using host = bytesHost();
  await use(await host.start("bytes", start));
}

test("bytes arrive as plain arrays of their own, at any depth, empty or not", () =>
  withWorker(async (worker) => {
    const pool = Buffer.from("in a pool of other buffers");
    const sent = { top: noise(5), list: [[{ deep: new Uint8Array() }], pool], other: { "0": 1, null: null } };
    const got = (await worker.request("echo", sent)) as typeof sent;
    expect(got).toEqual({ ...sent, list: [sent.list[0], Uint8Array.from(pool)] });
    for (const bytes of [got.top, got.list[1] as Uint8Array]) {
      expect([bytes.constructor, bytes.buffer.byteLength]).toEqual([Uint8Array, bytes.length]);
    }
    await expect(worker.request("echo", noise(70_000))).resolves.toEqual(noise(70_000));
  }));

test("20 MB in one value, both ways, and through both schemas", () =>
  withWorker(async (worker) => {
    const data = noise(20 * MEGABYTE);
    const files = [
      { name: "a", data },
      { name: "b", data: data.subarray(7, 11) },
    ];
    const expected = files.map((file) => ({
      class: "Uint8Array",
      length: file.data.length,
      sha256: sha256(file.data),
    }));
    await expect(worker.request("describe", { files })).resolves.toEqual(expected);
    const back = (await worker.request("echo", { data })) as { data: Uint8Array };
    expect(sha256(back.data)).toBe(sha256(data));
    await expect(worker.request("describe", { files: [{ name: "c", data: "AQID" as never }] })).rejects.toMatchObject({
      code: ErrorCode.INVALID_PARAMS,
    });
  }));

test("long lists of records arrive as they were, from SDK and host, and with bytes among them", () =>
  withWorker(async (worker) => {
    expect(worker.diagnostics().features).toContain("columns");
    const rows = Array.from({ length: 500 }, (_, id) => ({
      id,
      name: `row ${id} – 参照`,
      tags: ["a", null],
      score: id / 3,
    }));
    for (const sent of [rows, { page: 1, rows }, { rows, data: noise(9) }, { rows: [...rows, { id: 500 }] }]) {
      const got = await worker.request("echo", sent);
      expect(got).toEqual(sent);
      if (!("data" in sent)) expect(JSON.stringify(got)).toBe(JSON.stringify(sent));
    }
  }));

test("long text arrives as it was, whatever its alphabet", () =>
  withWorker(async (worker) => {
    for (const piece of ["plain ", "naïve ", "参照 – ", "half a pair \ud800 ", '"\n\u2028\\']) {
      const text = piece.repeat(300_000);
      expect((await worker.request("text", { text })).text === text).toBe(true);
    }
  }));

test("a stream of chunks, from memory the producer uses again, at the pace of its reader", () =>
  withWorker(async (worker) => {
    const [count, size] = [100, 200_000];
    let seen = 0;
    for await (const { seq, chunk } of worker.stream("chunks", { count, size }, { window: { bytes: 1_000_000 } })) {
      expect(seq).toBe(seen++);
      expect(chunk.length).toBe(size);
      expect(chunk.every((byte) => byte === seq)).toBe(true);
    }
    expect(seen).toBe(count);
  }));

test("bytes as progress, and from the host: a stream of them, and answers", () =>
  withWorker(async (worker) => {
    const seen: Uint8Array[] = [];
    await worker.request("preview", {}, { onProgress: (bytes) => seen.push(bytes) });
    expect(seen).toEqual([Uint8Array.of(1), Uint8Array.of(2, 2), Uint8Array.of(3, 3, 3)]);
    const blocks = Buffer.concat(Array.from({ length: 50 }, (_, seq) => Buffer.alloc(100_000, seq)));
    await expect(worker.request("fetch", { count: 50 })).resolves.toMatchObject({ sha256: sha256(blocks) });
  }));

test("bytes past the cap are refused before they are sent", () =>
  withWorker(async (worker) => {
    await expect(worker.request("echo", { data: new Uint8Array(33 << 20) })).rejects.toMatchObject({
      code: ErrorCode.MESSAGE_TOO_LARGE,
    });
    await expect(worker.request("echo", 1)).resolves.toBe(1);
  }));

const broken: StartOptions<typeof bytesContract> = { entry: fixture("broken-frames") };

test.each([
  ["attachments of more than the cap", "$bulk 33554433\n"],
  ["attachments that are longer than announced", "$bulk 3\nabcdef\n{}\n"],
  ["attachments for no message", "$bulk 1\na\n$bulk 1\nb\n"],
])("a worker that writes %s is ended for a protocol violation, and started again", async (_, text) => {
  await withWorker(async (worker) => {
    const crashed = new Promise((resolve) => worker.once("crash", resolve));
    const ready = new Promise((resolve) => worker.once("ready", resolve));
    worker.notify("send-raw", { text });
    await expect(crashed).resolves.toMatchObject({ reason: "protocol-violation" });
    await ready;
    await expect(worker.request("echo", 1)).resolves.toBe("served");
  }, broken);
});

test("what it says of where attachments belong is not trusted: it serves on", () =>
  withWorker(async (worker) => {
    const lie = (bulk: string): string => `$bulk 1\na\n{"jsonrpc":"2.0","method":"$/log","params":{},"bulk":${bulk}}\n`;
    const lies = [
      '[{"path":["params","__proto__","polluted"],"as":"bytes"}]',
      "[]",
      '[{"path":["jsonrpc"],"as":"bytes"}]',
      "7",
    ];
    worker.notify("send-raw", { text: lies.map(lie).join("") + '$bulk 0\n\n{"jsonrpc":"2.0"}\n'.repeat(200) });
    await expect(worker.request("echo", 1)).resolves.toBe("served");
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  }, broken));

test("bytes are what was sent, also through something in the worker that writes them late", () =>
  withWorker(
    async (worker) => {
      const sent = Array.from({ length: 60 }, (_, value) => new Uint8Array(70_000).fill(value));
      for (let at = 0; at < sent.length; at += 4) {
        const some = sent.slice(at, at + 4);
        const got = (await Promise.all(some.map((bytes) => worker.request("echo", bytes)))) as Uint8Array[];
        expect(got.map(sha256)).toEqual(some.map(sha256));
      }
      const chunks: number[][] = [];
      for await (const { seq, chunk } of worker.stream("chunks", { count: 100, size: 70_000 })) {
        chunks.push([seq, ...new Set(chunk)]);
      }
      expect(chunks).toEqual(Array.from({ length: 100 }, (_, seq) => [seq, seq]));
    },
    { entry: fixture("bytes-behind-capture-plugin") },
  ));
