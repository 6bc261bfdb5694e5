import { expect, test } from "vitest";
import { plain } from "./contracts/plain.js";
import { startWorker } from "./support/worker-process.js";

test("B11: whatever a plugin prints reaches stderr, and every answer arrives", async () => {
  const worker = startWorker("noisy", plain);
  await worker.initialize();
  const printed = {
    console: "console.log\n",
    partial: "without newline ",
    early: "early reference ",
    end: "ended ",
    endWithCallback: "ended with a callback ",
    earlyEnd: "early ended ",
    destroy: "",
    pipeline: "piped ",
    earlyPipeline: "early piped ",
    flood: "flooded ",
    thread: "from a thread ",
    table: "(index)",
  };
  const kinds = Object.keys(printed);
  for (const kind of [...kinds, ...kinds]) {
    await expect(worker.peer.request("run", kind), kind).resolves.toBe("answered");
  }
  await worker.peer.request("shutdown", {});
  await expect(worker.exited).resolves.toEqual({ code: 0, signal: null });
  for (const text of Object.values(printed)) {
    expect(worker.stderr().split(text).length - 1, text).toBeGreaterThanOrEqual(2);
  }
  expect(worker.peer.stats.invalidMessages).toBe(0);
});

test("W2: an answer of many megabytes arrives whole before the process exits, although the host reads late", async () => {
  const worker = startWorker("noisy", plain);
  await worker.initialize();
  const size = 20_000_000;
  const answer = worker.peer.request("other", size);
  const stopped = worker.peer.request("shutdown", {});
  worker.child.stdout.pause();
  await expect.poll(() => worker.child.stdout.readableLength).toBeGreaterThan(0);
  worker.child.stdout.resume();
  expect(((await answer) as string).length).toBe(size);
  await stopped;
  await expect(worker.exited).resolves.toEqual({ code: 0, signal: null });
});

test("W2: what teardown has to say arrives before the process exits, although the host reads late", async () => {
  const worker = startWorker("noisy", plain);
  await worker.initialize();
  worker.child.stdout.pause();
  const stopped = worker.peer.request("shutdown", {});
  await expect.poll(() => worker.child.stdout.readableLength).toBeGreaterThan(0);
  worker.child.stdout.resume();
  await stopped;
  expect(worker.logs).toHaveLength(500);
  await expect(worker.exited).resolves.toEqual({ code: 0, signal: null });
});

test("a host that does not read does not block the worker's loop", async () => {
  const worker = startWorker("noisy", plain);
  await worker.initialize();
  worker.child.stdout.pause();
  const answer = worker.peer.request("other", 10_000_000);
  worker.peer.request("run", "console");
  // It is printed after the large answer was written to a pipe that nobody reads.
  await expect.poll(() => worker.stderr()).toContain("console.log");
  worker.child.stdout.resume();
  expect(((await answer) as string).length).toBe(10_000_000);
});
