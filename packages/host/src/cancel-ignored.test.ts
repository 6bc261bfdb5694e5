import { ErrorCode, FEATURES } from "@outrigger/protocol";
import { expect, it } from "vitest";
import { setup } from "../test/host-setup.js";
import { settled } from "./fake-clock.js";
import type { FakeWorkerOptions } from "./fake-launcher.js";
import type { CancelIgnoredEvent } from "./host-events.js";
import type { SharedOptions } from "./host-options.js";

const never = (): Promise<never> => new Promise(() => {});

async function withWorker(behaviour: FakeWorkerOptions = {}, cancel: SharedOptions["cancel"] = {}) {
  const made = setup({ ...behaviour, handlers: { slow: never, count: never, ...behaviour.handlers } }, {}, { cancel });
  const ignored: CancelIgnoredEvent[] = [];
  made.host.on("cancel-ignored", (event) => ignored.push(event));
  const worker = await made.start();
  return { ...made, worker, ignored };
}

it("a worker that goes on with a call that was cancelled is reported, and goes on", async () => {
  const { worker, runtime, ignored, records } = await withWorker();
  const controller = new AbortController();
  const call = worker.request("slow", {}, { signal: controller.signal });
  await settled();
  controller.abort();
  await expect(call).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
  await runtime.advance(4_999);
  expect([ignored, worker.diagnostics().load.abandoned]).toEqual([[], 1]);
  await runtime.advance(1);
  expect(ignored).toEqual([{ workerId: "w", incarnation: 1, method: "slow", ignoredMs: 5_000, isDrained: false }]);
  expect(records.map(({ message }) => message).join()).toContain("slow: it goes on with a call that was cancelled");
  expect(worker.status).toBe("running");
  expect(worker.diagnostics()).toMatchObject({ load: { abandoned: 0 }, messages: { ignoredCancels: 1 } });
});

it("a call that timed out, and a stream that was left, are cancelled calls too", async () => {
  const { worker, runtime, ignored } = await withWorker({}, { graceMs: 100 });
  worker.request("slow", {}, { timeoutMs: 1_000 }).catch(() => {});
  const stream = worker.stream("count", { to: 3 });
  await stream.return?.();
  await runtime.advance(2_000);
  expect(ignored.map(({ method }) => method)).toEqual(["count", "slow"]);
});

it("a worker that heeds its signal is not reported", async () => {
  const heed: FakeWorkerOptions["handlers"] = {
    slow: (_, { signal }) =>
      new Promise((_, reject) => signal.addEventListener("abort", () => reject(signal.reason as Error))),
  };
  const { worker, runtime, ignored } = await withWorker({ handlers: heed });
  worker.request("slow", {}, { timeoutMs: 1_000 }).catch(() => {});
  await runtime.advance(60_000);
  expect([ignored, worker.diagnostics().messages?.lateReplies]).toEqual([[], 1]);
});

it("by policy it is drained and restarted, with a reason of its own; its other calls are answered", async () => {
  let answer: (text: string) => void = () => {};
  const echo = () => new Promise<string>((resolve) => (answer = resolve));
  const shutdown: FakeWorkerOptions["shutdown"] = (process) => {
    setImmediate(() => process.exit(0));
    return new Promise((resolve) => setImmediate(resolve));
  };
  const { worker, runtime, ignored, events, launcher } = await withWorker(
    { handlers: { echo }, shutdown },
    { onIgnored: "restart", graceMs: 100 },
  );
  const crashes: unknown[] = [];
  worker.on("crash", ({ reason, details }) => crashes.push({ reason, details }));
  const refused: string[] = [];
  worker.on("status", ({ status }) => {
    if (status === "crashed") worker.request("slow", {}).catch(({ message }) => refused.push(message));
  });
  const other = worker.request("echo", { text: "still here" });
  worker.request("slow", {}, { timeoutMs: 1_000 }).catch(() => {});
  await runtime.advance(1_050);
  answer("still here");
  expect(await other).toBe("still here");
  await runtime.advance(50);
  expect(ignored).toMatchObject([{ isDrained: true, ignoredMs: 100 }]);
  await runtime.advance(2_000);
  expect(crashes).toEqual([
    { reason: "cancel-ignored", details: { reason: "cancel-ignored", method: "slow", ignoredMs: 100 } },
  ]);
  expect(events.slice(2)).toEqual([
    ...["crashed", "crash cancel-ignored true", "backoff", "starting", "running", "restarted 2"],
  ]);
  expect(launcher.processes[0]?.signals).toEqual([]);
  expect(refused[0]).toContain("finishes its calls and is replaced; call again after its restart");
});

it("many ignored calls end a process once, and nothing of it reaches the next", async () => {
  const { worker, runtime, ignored, launcher } = await withWorker({}, { onIgnored: "restart", graceMs: 100 });
  for (let count = 0; count < 20; count++) worker.request("slow", {}, { timeoutMs: 50 + count }).catch(() => {});
  await runtime.advance(60_000);
  expect(ignored).toHaveLength(1);
  expect(launcher.processes).toHaveLength(2);
  expect(worker.diagnostics()).toMatchObject({ status: "running", totalCrashes: 1 });
});

it("a worker that never said it can end calls is left alone", async () => {
  const { worker, runtime, ignored } = await withWorker(
    { initialize: (_, good) => ({ ...good, features: FEATURES.filter((feature) => feature !== "cancel") }) },
    { onIgnored: "restart", graceMs: 100 },
  );
  worker.request("slow", {}, { timeoutMs: 50 }).catch(() => {});
  await runtime.advance(10_000);
  expect([ignored, worker.status]).toEqual([[], "running"]);
});
