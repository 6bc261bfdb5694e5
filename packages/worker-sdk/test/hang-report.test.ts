import { readFileSync } from "node:fs";
import { type HangReport, parseHangReport } from "@outrigger/protocol";
import { expect, test } from "vitest";
import { plain } from "./contracts/plain.js";
import { startWorker, type WorkerProcess } from "./support/worker-process.js";

const source = readFileSync(new URL("./fixtures/stuck.ts", import.meta.url), "utf8").split("\n");
const lineOf = (text: string): number => source.findIndex((line) => line.includes(text)) + 1;

const reports = (worker: WorkerProcess): HangReport[] =>
  worker
    .stderr()
    .split("\n")
    .flatMap((line) => parseHangReport(line) ?? []);

const named = (worker: WorkerProcess): HangReport | undefined => reports(worker).find(({ file }) => file !== undefined);

async function hang(way: string): Promise<WorkerProcess> {
  const worker = startWorker("stuck", plain);
  await worker.initialize({ limits: { unresponsiveAfterMs: 1_000 } });
  worker.peer.request("run", way).catch(() => {});
  return worker;
}

test.each([
  ["spin", "spin", "for (;;);"],
  ["matchForEver", "matchForEver", "/^(a+)+$/"],
  ["neverWoken", "neverWoken", "Atomics.wait"],
  ["starveTheLoop", "starveTheLoop", "await null"],
])("a worker stuck in %s names function, file and line, through its source map", async (way, functionName, text) => {
  const worker = await hang(way);
  await expect.poll(() => named(worker), { timeout: 10_000 }).toBeDefined();
  const report = named(worker);
  expect(report).toMatchObject({
    functionName,
    file: new URL("./fixtures/stuck.ts", import.meta.url).pathname,
    line: lineOf(text),
    memory: { rss: expect.any(Number), heapUsed: expect.any(Number) },
  });
  expect(report?.stack.length).toBeGreaterThan(0);
  expect(report?.stalledMs).toBeGreaterThanOrEqual(500);
  // A busy machine leaves one that spins a share of a core; one that waits takes next to nothing anywhere.
  if (way === "spin") expect(report?.cpu).toBeGreaterThan(15);
  if (way === "neverWoken") expect(report?.cpu).toBeLessThan(15);
});

test("outside JavaScript it says so, and names the place when the call returns", async () => {
  const worker = await hang("waitForChild");
  await expect.poll(() => reports(worker).length, { timeout: 10_000 }).toBeGreaterThan(0);
  const [first] = reports(worker);
  expect(first?.note).toContain("not in JavaScript");
  expect(first?.file).toBeUndefined();
  await expect
    .poll(() => named(worker), { timeout: 10_000 })
    .toMatchObject({
      stack: expect.arrayContaining([
        expect.objectContaining({ functionName: "waitForChild", line: lineOf("execSync(") }),
      ]),
    });
});

test("a worker that does not hang reports nothing, and goes on after a report", async () => {
  const worker = startWorker("stuck", plain);
  await worker.initialize();
  await worker.peer.request("run", "nothing of all this");
  worker.peer.request("run", "waitForChild").catch(() => {});
  await expect(worker.peer.request("run", "nothing")).resolves.toBe(null);
  await worker.peer.request("shutdown", {});
  await expect(worker.exited).resolves.toEqual({ code: 0, signal: null });
});
