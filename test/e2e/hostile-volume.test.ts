import { ErrorCode, isRpcError } from "@outrigger/protocol";
import { expect, test } from "vitest";
import { answersUntil, isAlive, next, raw, rawHost } from "./raw-host.js";

const MB = 1 << 20;
const MESSAGE_CAP = 32 * MB;
const UNSENT_CAP = 64 * MB;

test("B10: a line without end is stopped at the message cap; the host stays small and the others are served", async () => {
  const { host } = rawHost();
  await using _ = host;
  const [worker, other] = await Promise.all([host.start("w", raw), host.start("other", raw)]);
  const pid = worker.pid as number;
  const before = process.memoryUsage().arrayBuffers;
  let peak = before;
  const sampling = setInterval(() => {
    peak = Math.max(peak, process.memoryUsage().arrayBuffers);
  }, 1);
  const crash = next(worker, "crash");
  const call = worker.request("write-endless-line", {});
  expect(await answersUntil(other, crash)).toBeGreaterThan(0);
  clearInterval(sampling);
  expect(await crash).toMatchObject({ reason: "protocol-violation", willRestart: true });
  await expect(call).rejects.toMatchObject({
    code: ErrorCode.WORKER_UNAVAILABLE,
    message: expect.stringContaining(`a message of more than ${MESSAGE_CAP} bytes`),
  });
  expect(isAlive(pid)).toBe(false);
  expect(peak - before).toBeLessThan(2 * MESSAGE_CAP);
});

test("B12: a worker that does not read costs the host its byte budget, then calls fail at once", async () => {
  const { host } = rawHost();
  await using _ = host;
  const [worker, other] = await Promise.all([host.start("w", raw), host.start("other", raw)]);
  await worker.request("stop-reading", {});
  const value = "x".repeat(MB);
  const outcomes = Array.from({ length: 400 }, () =>
    worker.request("hold", { value }).catch((error: unknown) => (isRpcError(error) ? error.code : error)),
  );
  await expect(other.request("echo", { value: 1 })).resolves.toBe(1);
  const { load, messages } = worker.diagnostics();
  expect(load.unsentBytes).toBeGreaterThan(UNSENT_CAP - 2 * MB);
  expect(load.unsentBytes).toBeLessThanOrEqual(UNSENT_CAP + MB);
  expect(load.pendingRequests).toBeLessThanOrEqual(UNSENT_CAP / MB + 1);
  expect(messages?.refusedCalls).toBe(400 - load.pendingRequests);
  process.kill(worker.pid as number, "SIGKILL");
  const codes = await Promise.all(outcomes);
  expect(codes.filter((code) => code === ErrorCode.WORKER_UNAVAILABLE)).toHaveLength(load.pendingRequests);
  expect(codes.filter((code) => code === ErrorCode.OVERLOADED)).toHaveLength(400 - load.pendingRequests);
});

test("stray stdout is a line of the log; calls go on", async () => {
  const { host, records } = rawHost();
  await using _ = host;
  const worker = await host.start("w", raw);
  const text = 'hello\n{"jsonrpc":"1.0"}\n[]\n\u0000\n';
  await expect(worker.request("print-then-answer", { text })).resolves.toBe("answered");
  expect(records.filter(({ source }) => source === "stdout").map(({ msg }) => msg)).toEqual([
    "hello",
    '{"jsonrpc":"1.0"}',
    "[]",
    "\u0000",
  ]);
  expect(worker.diagnostics().messages?.invalidMessages).toBe(4);
});
