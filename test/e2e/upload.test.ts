import { createHash, randomBytes } from "node:crypto";
import { once } from "node:events";
import { createReadStream } from "node:fs";
import { Readable } from "node:stream";
import { createHost, type HostOptions } from "@outrigger/host";
import { ErrorCode } from "@outrigger/protocol";
import { pino } from "pino";
import { expect, test } from "vitest";
import { fixture } from "./fixture.js";
import { upload } from "./upload-contract.js";

const MIB = 1024 * 1024;
const entry = fixture("upload-plugin");

function uploadHost(collect: HostOptions<typeof upload>["handlers"]["collect"] = () => 0) {
  return createHost(upload, { logger: pino({ level: "silent" }), handlers: { collect } });
}

/** Chunks of 64 KiB, and what became of them. */
function chunks(many: number) {
  const seen = { produced: 0, ended: false };
  async function* produce() {
    try {
      while (seen.produced < many) yield String(seen.produced++).padEnd(64 * 1024, "x");
    } finally {
      seen.ended = true;
    }
  }
  return Object.assign(seen, { items: produce() });
}

test("200 MB go through a slow handler, and neither end holds more of them than the window", async () => {
  await using host = uploadHost();
  const worker = await host.start("upload", { entry });
  const many = 3_200;
  await worker.request("store", { pauseMs: 0 }, { input: chunks(100).items });
  const before = await worker.request("memory", {});
  const rss = process.memoryUsage.rss();
  let peakRss = rss;
  let ahead = 0;
  let unsent = 0;
  const input = chunks(many);
  const answer = await worker.request(
    "store",
    { pauseMs: 1 },
    {
      input: input.items,
      onProgress(handled) {
        ahead = Math.max(ahead, input.produced - handled);
        if (handled % 50 > 0) return;
        unsent = Math.max(unsent, worker.diagnostics().load.unsentBytes);
        peakRss = Math.max(peakRss, process.memoryUsage.rss());
      },
    },
  );
  expect(answer).toEqual({ items: many, characters: many * 64 * 1024 });
  const after = await worker.request("memory", {});
  const grown = { host: peakRss - rss, worker: after.peakRss - before.peakRss };
  const measured = `host +${mib(grown.host)}, worker +${mib(grown.worker)}, ahead ${ahead} items, unsent ${unsent}`;
  // A window of 1 MiB is 16 chunks; what was read, and not yet told of, comes to it.
  expect(ahead, measured).toBeLessThanOrEqual(32);
  expect(unsent, measured).toBeLessThan(2 * MIB);
  expect(grown.host, measured).toBeLessThan(100 * MIB);
  expect(grown.worker, measured).toBeLessThan(100 * MIB);
}, 120_000);

const mib = (bytes: number): string => `${Math.round(bytes / MIB)} MiB`;

test("a worker killed in the middle ends the caller's iterator; a call with input is never sent again", async () => {
  await using host = uploadHost();
  const worker = await host.start("upload", { entry, restart: { initialDelayMs: 1 } });
  const input = chunks(100_000);
  const killed = worker.request(
    "store",
    { pauseMs: 0 },
    {
      input: input.items,
      onProgress: (handled) => handled === 100 && process.kill(worker.pid as number, "SIGKILL"),
    },
  );
  await expect(killed).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE, data: { mayHaveRun: true } });
  await input.items.return(undefined);
  expect(input.ended).toBe(true);
  expect(input.produced).toBeLessThan(1_000);
  expect(worker.diagnostics().load.pendingRequests).toBe(0);
});

test("items flow both ways at once", async () => {
  await using host = uploadHost();
  const worker = await host.start("upload", { entry });
  const letters = Array.from({ length: 2_000 }, (_, n) => `a${n}`);
  const upper: string[] = [];
  for await (const letter of worker.stream("upper", {}, { input: letters })) upper.push(letter);
  expect(upper).toEqual(letters.map((letter) => letter.toUpperCase()));
});

test("a stream of one worker is the input of another, and ends with it", async () => {
  await using host = uploadHost();
  const [first, second] = await Promise.all([host.start("first", { entry }), host.start("second", { entry })]);
  const input = chunks(100_000);
  const between = first.stream("upper", {}, { input: input.items });
  const read = await second.request("peek", { items: 3 }, { input: between });
  expect(read.map((text) => text.slice(0, 2))).toEqual(["0X", "1X", "2X"]);
  await input.items.return(undefined);
  expect(input.ended).toBe(true);
});

test("bytes arrive as they were sent", async () => {
  await using host = uploadHost();
  const worker = await host.start("upload", { entry });
  const data = randomBytes(5 * MIB);
  const file = Readable.from(data, { objectMode: false, highWaterMark: 64 * 1024 });
  const pieces = async function* () {
    for (let at = 0; at < data.length; at += 100_000) yield new Uint8Array(data.subarray(at, at + 100_000));
  };
  const digest = createHash("sha256").update(data).digest("hex");
  await expect(worker.request("digest", {}, { input: pieces() })).resolves.toBe(digest);
  await expect(worker.request("digest", {}, { input: file })).resolves.toBe(digest);
});

test("a file is read no further than the handler wants, and closed", async () => {
  await using host = uploadHost();
  const worker = await host.start("upload", { entry });
  const file = createReadStream(new URL(import.meta.url), { encoding: "utf8", highWaterMark: 64 });
  await expect(worker.request("peek", { items: 2 }, { input: file })).resolves.toHaveLength(2);
  if (!file.closed) await once(file, "close");
  const unread = createReadStream(new URL(import.meta.url), { encoding: "utf8" });
  const never = worker.request("store", { pauseMs: 0 }, { input: unread, signal: AbortSignal.abort() });
  await expect(never).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
  expect(unread.destroyed).toBe(false);
  unread.destroy();
});

test("a worker sends input to its host as a host does to a worker", async () => {
  await using host = uploadHost(async (_, { input }) => {
    let sum = 0;
    for await (const n of input) {
      sum += n;
      if (n === 300) break;
    }
    return sum;
  });
  const worker = await host.start("upload", { entry });
  await expect(worker.request("export", { items: 100 })).resolves.toEqual({ answer: 5_050, ended: true });
  await expect(worker.request("export", { items: 1_000_000 })).resolves.toEqual({ answer: 45_150, ended: true });
});

test("the death of a worker ends what its host reads of its input", async () => {
  let told!: (error: unknown) => void;
  const error = new Promise<unknown>((resolve) => {
    told = resolve;
  });
  await using host = uploadHost(async (_, { input }) => {
    let first = true;
    try {
      for await (const _ of input) {
        if (first) process.kill(host.get("upload")?.pid as number, "SIGKILL");
        first = false;
      }
    } catch (thrown) {
      told(thrown);
    }
    return 0;
  });
  const worker = await host.start("upload", { entry });
  const call = worker.request("export", { items: 1_000_000_000 });
  await expect(call).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
  expect(await error).toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
});
