import { getEventListeners } from "node:events";
import { defineContract, ErrorCode, request } from "@outrigger/protocol";
import { expect, it } from "vitest";
import { z } from "zod";
import { silent } from "../test/host-setup.js";
import { createHost } from "./create-host.js";
import { fakeRuntime, settled } from "./fake-clock.js";
import { type FakeWorkerOptions, fakeLauncher } from "./fake-launcher.js";
import type { SharedOptions } from "./host-options.js";

const params = z.object({ n: z.number().optional(), text: z.string().optional(), tenant: z.string().optional() });
const contract = defineContract({
  name: "acme.resend",
  version: 1,
  hostToWorker: {
    look: request({ params, result: z.string(), idempotent: true }),
    patient: request({ params, result: z.string(), idempotent: true, timeoutMs: 60_000 }),
    change: request({ params, result: z.string() }),
  },
});

const never = (): Promise<never> => new Promise(() => {});

/** A worker whose first `silentLaunches` processes answer nothing; later ones with their number and the params. */
async function setup(silentLaunches = 1, options: SharedOptions = {}) {
  const runtime = fakeRuntime();
  const seen: { launch: number; method: string; n: number | undefined; invocation: string | undefined }[] = [];
  const launcher = fakeLauncher(contract, (launch): FakeWorkerOptions => {
    const answer = (given: unknown, call: { method: string; meta: { invocation?: { id: string } } | undefined }) => {
      const { n } = given as { n?: number };
      seen.push({ launch, method: call.method, n, invocation: call.meta?.invocation?.id });
      return launch <= silentLaunches ? never() : `${launch}: ${n}`;
    };
    return { handlers: { look: answer, patient: answer, change: answer } as never };
  });
  const host = createHost(contract, { runtime, logger: silent, ...options });
  const worker = await host.start("w", { launcher });
  return { runtime, launcher, host, worker, seen };
}

/** How a call ended, once it has. */
function outcome(call: Promise<unknown>) {
  const seen: { value?: unknown; error?: unknown; times: number } = { times: 0 };
  call.then(
    (value) => Object.assign(seen, { value, times: seen.times + 1 }),
    (error) => Object.assign(seen, { error, times: seen.times + 1 }),
  );
  return seen;
}

it("a call of an idempotent method that dies with its worker is sent once more, to the next process", async () => {
  const { runtime, launcher, worker, seen } = await setup();
  const calls = [1, 2, 3].map((n) => worker.request("look", { n, tenant: "t1" }));
  await settled();
  launcher.latest.die("SIGKILL");
  await settled();
  expect(worker.diagnostics().resends).toMatchObject({ waiting: 3, sent: 0 });
  await runtime.advance(2_000);
  expect(await Promise.all(calls)).toEqual(["2: 1", "2: 2", "2: 3"]);
  expect(worker.diagnostics().resends).toEqual({ waiting: 0, sent: 3, heldBytes: 0 });
  const ids = seen.map(({ invocation }) => invocation);
  expect(new Set(ids).size).toBe(6);
  expect(seen.map(({ n }) => n)).toEqual([1, 2, 3, 1, 2, 3]);
});

it("it is sent again in the scope it was made in, whatever its caller does with the object", async () => {
  const scopes: unknown[] = [];
  const { look } = contract.hostToWorker;
  const scope = z.object({ tenant: z.string() });
  const scoped = defineContract({ name: "acme.scoped", version: 1, hostToWorker: { look }, scope });
  const runtime = fakeRuntime();
  const launcher = fakeLauncher(scoped, (launch) => ({
    handlers: {
      look(_: unknown, call: { meta?: { invocation?: { scope: unknown } } | undefined }) {
        scopes.push(call.meta?.invocation?.scope);
        return launch === 1 ? never() : "done";
      },
    } as never,
  }));
  const host = createHost(scoped, { runtime, logger: silent });
  const worker = await host.start("w", { launcher });
  let tenant = "acme";
  // An object of a class, whose members are its prototype's.
  const mutable = new (class {
    get tenant() {
      return tenant;
    }
  })();
  const call = worker.request("look", {}, { scope: mutable });
  await settled();
  tenant = "globex";
  launcher.latest.die("SIGKILL");
  await runtime.advance(2_000);
  await call;
  expect(scopes).toEqual([{ tenant: "acme" }, { tenant: "acme" }]);
});

it("other calls are not, nor those that ask for none", async () => {
  const { runtime, launcher, worker, seen } = await setup();
  const calls = [outcome(worker.request("change", { n: 1 })), outcome(worker.request("look", {}, { resend: false }))];
  await settled();
  launcher.latest.die("SIGKILL");
  await settled();
  for (const { error } of calls) {
    expect(error).toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE, data: { mayHaveRun: true, reason: "signal" } });
    expect((error as { data: object }).data).not.toHaveProperty("attempts");
  }
  await runtime.advance(2_000);
  expect(seen).toHaveLength(2);
});

it("the error after a second death says that it was sent twice", async () => {
  const { runtime, launcher, worker, seen } = await setup(2);
  const call = outcome(worker.request("look", {}));
  await settled();
  launcher.latest.die("SIGKILL");
  await runtime.advance(2_000);
  launcher.latest.exit(3);
  await settled();
  expect(call.error).toMatchObject({
    code: ErrorCode.WORKER_UNAVAILABLE,
    message: expect.stringMatching(/^sent twice, .*exit code 3/),
    data: { attempts: 2, mayHaveRun: true, reason: "exit-code" },
    cause: { data: { reason: "signal" } },
  });
  await runtime.advance(10_000);
  expect([seen.length, call.times]).toEqual([2, 1]);
});

it("it waits no longer than its deadline, the time before the crash included", async () => {
  const { runtime, launcher, worker, seen } = await setup(1, { restart: { initialDelayMs: 20_000, jitter: 0 } });
  const [short, long] = [outcome(worker.request("look", {}, { timeoutMs: 10_000 })), worker.request("patient", {})];
  await runtime.advance(4_000);
  launcher.latest.die("SIGKILL");
  await runtime.advance(5_999);
  expect(short.times).toBe(0);
  await runtime.advance(1);
  expect(short.error).toMatchObject({
    code: ErrorCode.TIMEOUT,
    data: { timeoutMs: 10_000, attempts: 1, mayHaveRun: true },
    cause: { code: ErrorCode.WORKER_UNAVAILABLE },
  });
  await runtime.advance(20_000);
  expect(await long).toBe("2: undefined");
  expect(seen).toHaveLength(3);
});

it("the second sending has what is left of the time", async () => {
  const { runtime, launcher, worker } = await setup(2, { restart: { initialDelayMs: 1_000, jitter: 0 } });
  const call = outcome(worker.request("look", {}, { timeoutMs: 5_000 }));
  await settled();
  launcher.latest.die("SIGKILL");
  await runtime.advance(4_999);
  expect(call.times).toBe(0);
  await runtime.advance(1);
  expect(call.error).toMatchObject({ code: ErrorCode.TIMEOUT, data: { timeoutMs: 5_000, attempts: 2 } });
});

it("the caller's signal ends the wait", async () => {
  const { runtime, launcher, worker, seen } = await setup();
  const controller = new AbortController();
  const call = outcome(worker.request("look", {}, { signal: controller.signal }));
  await settled();
  launcher.latest.die("SIGKILL");
  await settled();
  controller.abort();
  await settled();
  expect(call.error).toMatchObject({ code: ErrorCode.CANCELLED });
  await runtime.advance(2_000);
  expect([seen.length, worker.diagnostics().resends.waiting]).toEqual([1, 0]);
});

it.each([
  ["stop", (host: { stop(id: string): Promise<void> }) => host.stop("w")],
  ["close", (host: { close(): Promise<void> }) => host.close()],
] as const)("%s ends the wait, with the error of the crash", async (_, end) => {
  const { launcher, host, worker, seen, runtime } = await setup();
  const call = outcome(worker.request("look", {}));
  await settled();
  launcher.latest.die("SIGKILL");
  await settled();
  await end(host);
  await settled();
  expect(call.error).toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE, data: { reason: "signal" } });
  expect(runtime.timers()).toEqual([]);
  expect(seen).toHaveLength(1);
});

it("a worker that is given up ends the wait", async () => {
  const { launcher, worker } = await setup(1, { restart: { intensity: 1 } });
  const call = outcome(worker.request("look", {}));
  await settled();
  launcher.latest.die("SIGKILL");
  await settled();
  expect(worker.status).toBe("failed");
  expect(call.error).toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
});

it("a restart in which the call dies sends it to the next process", async () => {
  const { runtime, host, worker } = await setup();
  const call = worker.request("patient", {});
  await settled();
  const restarted = host.restart("w");
  await runtime.advance(20_000);
  await restarted;
  expect(await call).toBe("2: undefined");
});

it("a call made while the worker is down is not kept: it fails at once", async () => {
  const { launcher, worker } = await setup();
  launcher.latest.die("SIGKILL");
  await settled();
  expect(worker.status).toBe("backoff");
  await expect(worker.request("look", {})).rejects.toMatchObject({
    code: ErrorCode.WORKER_UNAVAILABLE,
    data: { mayHaveRun: false, status: "backoff" },
  });
});

it("no more calls wait than may be in flight", async () => {
  const { launcher, worker } = await setup(1, { limits: { outgoingCalls: 2 } });
  const calls = [1, 2, 3].map((n) => outcome(worker.request("look", { n })));
  await settled();
  launcher.latest.die("SIGKILL");
  // Before its exit is known, it is a running worker that cannot be written to.
  calls.push(...[4, 5].map((n) => outcome(worker.request("look", { n }))));
  await settled();
  expect(worker.diagnostics().resends.waiting).toBe(2);
  expect(calls.filter(({ times }) => times === 0)).toHaveLength(2);
});

it("what a process answers is the answer: no code it chooses has a call sent again", async () => {
  const forged = Object.assign(new Error("I am gone"), {
    code: ErrorCode.WORKER_UNAVAILABLE,
    data: { mayHaveRun: false },
  });
  let runs = 0;
  const launcher = fakeLauncher(contract, {
    handlers: {
      look() {
        runs++;
        throw forged;
      },
    },
  });
  const host = createHost(contract, { runtime: fakeRuntime(), logger: silent });
  const worker = await host.start("w", { launcher });
  await expect(worker.request("look", {})).rejects.toMatchObject({ remote: true, message: "I am gone" });
  expect([runs, worker.diagnostics().resends]).toEqual([1, { waiting: 0, sent: 0, heldBytes: 0 }]);
});

it("many calls that wait with one signal listen to it once", async () => {
  const { launcher, worker } = await setup();
  const { signal } = new AbortController();
  for (let n = 0; n < 12; n++) worker.request("look", { n }, { signal });
  await settled();
  launcher.latest.die("SIGKILL");
  await settled();
  expect(worker.diagnostics().resends.waiting).toBe(12);
  expect(getEventListeners(signal, "abort")).toHaveLength(1);
});

it("params are held within a bound in bytes; a call past it is sent, and dies with its worker", async () => {
  const { runtime, launcher, worker } = await setup(1, { limits: { resendBytes: 2_500 } });
  const text = "x".repeat(1_000);
  const held = [1, 2].map((n) => worker.request("look", { n, text }));
  const past = outcome(worker.request("look", { n: 3, text }));
  const small = worker.request("look", { n: 4 });
  await settled();
  const { heldBytes } = worker.diagnostics().resends;
  expect(heldBytes).toBeGreaterThan(2_000);
  expect(heldBytes).toBeLessThanOrEqual(2_500);
  launcher.latest.die("SIGKILL");
  // Nobody has measured those: they were never written.
  const late = [{ n: 5 }, { n: 6, text }].map((given) => worker.request("look", given));
  const refused = outcome(late[1] as Promise<unknown>);
  await settled();
  for (const { error } of [past, refused]) expect(error).toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
  expect(worker.diagnostics().resends).toMatchObject({ waiting: 4 });
  await runtime.advance(2_000);
  expect(await Promise.all([...held, small, late[0]])).toEqual(["2: 1", "2: 2", "2: 4", "2: 5"]);
  expect(worker.diagnostics().resends).toEqual({ waiting: 0, sent: 4, heldBytes: 0 });
});

it("a call that is answered holds nothing any more, nor one that is cancelled", async () => {
  const { launcher, worker } = await setup(0);
  await worker.request("look", { n: 1 });
  expect(worker.diagnostics().resends.heldBytes).toBe(0);
  const controller = new AbortController();
  const call = outcome(worker.request("patient", { n: 1 }, { signal: controller.signal }));
  expect(worker.diagnostics().resends.heldBytes).toBeGreaterThan(0);
  controller.abort();
  await settled();
  expect([call.times, worker.diagnostics().resends.heldBytes, launcher.processes.length]).toEqual([1, 0, 1]);
});
