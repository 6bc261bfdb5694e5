import { defineContract, ErrorCode, RpcError, request } from "@outrigger/protocol";
import { expect, it } from "vitest";
import { z } from "zod";
import { silent } from "../test/host-setup.js";
import { createHost } from "./create-host.js";
import { fakeRuntime, settled } from "./fake-clock.js";
import { fakeLauncher } from "./fake-launcher.js";
import { createMethodFigures } from "./method-figures.js";

const contract = defineContract({
  name: "acme.figures",
  version: 1,
  hostToWorker: {
    work: request({ params: z.object({ ms: z.number() }), result: z.string() }),
    never: request({ params: z.object({}), result: z.string(), timeoutMs: 300 }),
    unused: request({ params: z.object({}), result: z.string() }),
  },
  workerToHost: { ask: request({ params: z.object({}), result: z.string(), capability: "ask" }) },
});

const start = async () => {
  const runtime = fakeRuntime();
  const launcher = fakeLauncher(contract, () => ({
    handlers: {
      work: ({ ms }: { ms: number }) =>
        ms < 0
          ? Promise.reject(new RpcError(4_711, "no"))
          : new Promise((resolve) => runtime.clock.setTimer(() => resolve("done"), ms)),
      never: () => new Promise(() => {}),
    } as never,
  }));
  const host = createHost(contract, { runtime, logger: silent, handlers: { ask: () => "" } });
  const worker = await host.start("w", { launcher });
  return { runtime, launcher, host, worker };
};

it("diagnostics tell of each method called how often, how long, and what it failed with", async () => {
  const { runtime, host, worker } = await start();
  const calls = [10, 20, 30, 1_000].map((ms) => worker.request("work", { ms }));
  calls.push(worker.request("work", { ms: -1 }), worker.request("never", {}));
  const ended = Promise.allSettled(calls);
  await runtime.advance(2_000);
  await ended;
  const { calls: figures } = worker.diagnostics().methods;
  expect(Object.keys(figures)).toEqual(["work", "never"]);
  expect(figures.work).toMatchObject({ count: 5, errors: { 4711: 1 }, ms: { max: 1_000 } });
  expect(figures.never).toEqual({ count: 1, errors: { TIMEOUT: 1 }, ms: { p50: 300, p95: 300, p99: 300, max: 300 } });
  expect(figures.work?.ms?.p50).toBeGreaterThanOrEqual(20);
  expect(figures.work?.ms?.p50).toBeLessThan(20 * 1.0625 + 0.01);
  expect(host.diagnostics().workers[0]?.methods.calls).toEqual(figures);
});

it("figures outlive the process, and count what died with it or never left", async () => {
  const { runtime, launcher, worker } = await start();
  worker.request("work", { ms: 60_000 });
  await settled();
  launcher.latest.die("SIGKILL");
  await settled();
  await expect(worker.request("work", { ms: 1 })).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
  await runtime.advance(2_000);
  expect(worker.status).toBe("running");
  expect(worker.diagnostics().methods.calls.work).toMatchObject({ count: 2, errors: { WORKER_UNAVAILABLE: 2 } });
});

it("counts calls that are told together one by one", () => {
  const figures = createMethodFigures(contract);
  figures.served("ask", 1, undefined, 7);
  figures.served("made-up", 1, undefined, 7);
  figures.served("ask", 30, 4_711, 1);
  expect(figures.snapshot().served.ask).toMatchObject({ count: 8, errors: { 4711: 1 }, ms: { p99: 30, max: 30 } });
  expect(figures.snapshot().served.ask?.ms?.p50).toBeLessThan(1.1);
});

it("keeps nothing for names and codes a worker makes up", () => {
  const figures = createMethodFigures(contract);
  for (let code = 1; code <= 1_000; code++) {
    figures.served("ask", undefined, code, 1);
    figures.served(`made-up-${code}`, undefined, ErrorCode.METHOD_NOT_FOUND, 1);
    figures.called("constructor", 1, undefined);
  }
  figures.called("work", undefined, new TypeError("no code"));
  const { calls, served } = figures.snapshot();
  expect(Object.keys(served)).toEqual(["ask"]);
  expect(served.ask).toMatchObject({ count: 1_000, ms: undefined });
  expect(Object.keys(served.ask?.errors ?? {})).toHaveLength(17);
  expect(served.ask?.errors).toMatchObject({ 1: 1, 16: 1, other: 984 });
  expect(calls).toEqual({ work: { count: 1, errors: { other: 1 }, ms: undefined } });
});

it("what the runtime calls for itself is no figure", async () => {
  const { runtime, worker, launcher } = await start();
  await runtime.advance(30_000);
  await launcher.latest.peer.request("$/ping", {}).catch(() => {});
  await worker.health();
  expect(worker.diagnostics()).toMatchObject({ vitals: { roundTripMs: 0 }, methods: { calls: {}, served: {} } });
});
