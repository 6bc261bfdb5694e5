import { mkdir, mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { readTape } from "@outrigger/protocol/tape";
import { afterAll, beforeAll, expect, it, vi } from "vitest";
import { setup } from "../test/host-setup.js";
import { makeHungDisk } from "../test/hung-disk.js";

vi.mock("node:fs/promises", async (original) => (await import("../test/hung-disk.js")).withHungDisks(original));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "outrigger-recording-"));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

it("nothing is recorded unless it is asked for", async () => {
  const { start } = setup();
  expect((await start()).diagnostics().tape).toBeUndefined();
});

it("a tape is whole when its worker has stopped, and goes on when it is started again", async () => {
  const { launcher, host } = setup();
  const path = join(folder, "whole");
  const worker = await host.start("w", { launcher, record: pathToFileURL(path) });
  await worker.stop();
  const first = await readFile(path, "utf8");
  expect(readTape(first).incarnations).toMatchObject([{ number: 1, exit: { reason: "requested" } }]);
  // With options too: what the process before has left is not overwritten.
  await host.start("w", { launcher, record: path });
  await worker.stop();
  const second = await readFile(path, "utf8");
  expect(second.startsWith(first)).toBe(true);
  expect(readTape(second).incarnations).toMatchObject([{ number: 1 }, { number: 2 }]);
  expect(worker.diagnostics().tape).toMatchObject({ file: path, bytes: second.length, dropped: 0 });
  await host.close();
});

it.skipIf(process.platform === "win32")("a stop waits for a disk that hangs as long as a flush does", async () => {
  const { launcher, host, runtime } = setup();
  const path = makeHungDisk(folder);
  const worker = await host.start("w", { launcher, record: { file: path } });
  let isStopped = false;
  const stopped = worker.stop().then(() => {
    isStopped = true;
  });
  await runtime.advance(1_999);
  expect([worker.status, isStopped]).toEqual(["stopped", false]);
  await runtime.advance(1);
  await stopped;
  const reading = readFile(path, "utf8");
  await host.close();
  expect(await reading).toContain('"tape":1');
});

it("a stop writes the tape of the process it stops, whatever the next one is to do", async () => {
  const { launcher, host } = setup();
  const path = join(folder, "stopped");
  const worker = await host.start("w", { launcher, record: path });
  await worker.request("echo", { text: "x".repeat(1_000_000) });
  await host.start("w", { launcher });
  await worker.stop();
  expect(readTape(await readFile(path, "utf8")).incarnations).toMatchObject([{ exit: { reason: "requested" } }]);
  await host.close();
});

it("bounds given for the same file are those of the recording from then on", async () => {
  const { launcher, host } = setup();
  const file = join(folder, "rebound");
  const worker = await host.start("w", { launcher, record: { file, maxBytes: 5_000 } });
  await worker.request("echo", { text: "x".repeat(10_000) });
  const { dropped = 0 } = worker.diagnostics().tape ?? {};
  expect(dropped).toBeGreaterThan(0);
  await host.restart("w", { launcher, record: { file, maxBytes: 1_000_000 } });
  await worker.request("echo", { text: "y".repeat(10_000) });
  expect(worker.diagnostics().tape).toMatchObject({ dropped });
  await host.close();
});

it("a file that could not be opened is tried again with the next process", async () => {
  const { launcher, host } = setup();
  const path = join(folder, "late", "tape");
  const worker = await host.start("w", { launcher, record: path });
  await worker.stop();
  expect(worker.diagnostics().tape?.error).toMatch(/ENOENT/);
  await mkdir(join(folder, "late"));
  await worker.start();
  await worker.stop();
  expect(worker.diagnostics().tape?.error).toBeUndefined();
  expect(readTape(await readFile(path, "utf8")).incarnations).toMatchObject([{ number: 2 }]);
  await host.close();
});

it("a tape that cannot be written is told in the log and in diagnostics, and the worker serves", async () => {
  const { launcher, host, records } = setup();
  const path = join(folder, "no", "folder");
  const worker = await host.start("w", { launcher, record: path });
  await worker.stop();
  expect(worker.diagnostics().tape?.error).toMatch(/ENOENT/);
  expect(records.filter(({ message }) => /its traffic is not recorded in .*ENOENT/.test(message))).toHaveLength(1);
  await host.close();
});

it("a tape that is full is told once in the log, and the worker serves", async () => {
  const { launcher, host, records } = setup();
  const record = { file: join(folder, "small"), maxBytes: 10 };
  const worker = await host.start("w", { launcher, record });
  await worker.restart();
  await worker.stop();
  const told = records.filter(({ message }) =>
    /small lacks messages from here on: it reached maxBytes, 10;/.test(message),
  );
  expect(told).toMatchObject([{ level: "warn" }]);
  expect(worker.diagnostics().tape?.dropped).toBeGreaterThan(2);
  await host.close();
});

it.each<[unknown, RegExp]>([
  ["", /^record\.file: expected a path or a file URL, got ""/],
  [new URL("https://example.org/a"), /^record\.file: expected a path or a file URL/],
  [7, /^record: expected an object with options, got number/],
  [{ file: "a", maxByte: 1 }, /^record: there is no option "maxByte"; did you mean maxBytes\?/],
  [{ file: "a", maxBytes: 0 }, /^record\.maxBytes: expected a whole number from 1, got 0/],
])("record: %j is refused before anything is started", async (record, message) => {
  const { launcher, host } = setup();
  const starting = host.start("w", { launcher, record: record as string });
  await expect(starting).rejects.toMatchObject({ codeName: "INVALID_PARAMS", message: expect.stringMatching(message) });
  expect(launcher.processes).toEqual([]);
});
