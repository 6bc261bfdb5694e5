import { ErrorCode } from "@outrigger/protocol";
import { expect, test } from "vitest";
import { answersUntil, isAlive, next, raw, rawHost } from "./raw-host.js";

const MB = 1 << 20;

test("B7: a worker killed with bytes queued fails its calls and nothing else", async () => {
  const { host } = rawHost();
  await using _ = host;
  const [worker, other] = await Promise.all([host.start("w", raw), host.start("other", raw)]);
  await worker.request("stop-reading", {});
  const calls = Array.from({ length: 8 }, () => worker.request("hold", { value: "x".repeat(4 * MB) }));
  const crash = next(worker, "crash");
  const restarted = next(worker, "restarted");
  process.kill(worker.pid as number, "SIGKILL");
  expect(await crash).toMatchObject({ reason: "signal", signal: "SIGKILL", willRestart: true });
  for (const call of calls) {
    await expect(call).rejects.toMatchObject({
      code: ErrorCode.WORKER_UNAVAILABLE,
      data: { mayHaveRun: true, reason: "signal", workerId: "w" },
    });
  }
  expect(await answersUntil(other, restarted)).toBeGreaterThan(0);
  await expect(worker.request("echo", { value: "back" })).resolves.toBe("back");
});

test("a worker killed in the middle of an answer has given none, though what came reads like one", async () => {
  const { host, records } = rawHost();
  await using _ = host;
  const worker = await host.start("w", raw);
  await expect(worker.request("die-in-an-answer", {})).rejects.toMatchObject({
    code: ErrorCode.WORKER_UNAVAILABLE,
    data: { mayHaveRun: true, reason: "signal" },
  });
  expect(records).toContainEqual(expect.objectContaining({ source: "stdout", msg: expect.stringMatching(/\d 12$/) }));
});

test("B7: a worker that closes its stdin with bytes on their way harms nobody", async () => {
  const { host } = rawHost();
  await using _ = host;
  const worker = await host.start("w", raw);
  const closing = worker.request("close-stdin", {});
  const crash = next(worker, "crash");
  const calls = Array.from({ length: 16 }, () => worker.request("hold", { value: "x".repeat(MB) }));
  await closing;
  for (const call of calls) await expect(call).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
  expect(await crash).toMatchObject({ reason: "stdin-closed", willRestart: true });
});

test.each(["close-stdin", "close-stdout"] as const)(
  "B8: %s, process alive: a crash, its process ended, then a restart",
  async (closeOne) => {
    const { host } = rawHost();
    await using _ = host;
    const worker = await host.start("w", raw);
    const pid = worker.pid as number;
    const [crash, restarted] = [next(worker, "crash"), next(worker, "restarted")];
    await worker.request(closeOne, {});
    await expect(worker.request("hold", { value: 1 })).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
    expect(await crash).toMatchObject({
      reason: "stdin-closed",
      willRestart: true,
      message: expect.stringContaining("its pipes broke while it was alive"),
    });
    expect(isAlive(pid)).toBe(false);
    await restarted;
    await expect(worker.request("echo", { value: 2 })).resolves.toBe(2);
  },
);
