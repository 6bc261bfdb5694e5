import { ErrorCode } from "@outrigger/protocol";
import { describe, expect, it } from "vitest";
import { contract, silent } from "../test/host-setup.js";
import { createHost } from "./create-host.js";
import { fakeRuntime } from "./fake-clock.js";
import { type FakeWorkerOptions, fakeLauncher } from "./fake-launcher.js";

/** A host whose workers load when told: `load` answers `initialize` of the worker that waits longest for it. */
function slowHost(startsAtOnce: number, worker: FakeWorkerOptions = {}) {
  const runtime = fakeRuntime();
  const loading: (() => void)[] = [];
  const launcher = fakeLauncher(contract, {
    initialize: (_offer, good) => new Promise((resolve) => loading.push(() => resolve(good))),
    ...worker,
  });
  const host = createHost(contract, {
    ...{ runtime, logger: silent, startsAtOnce, handlers: { "state.get": () => "", now: () => "" } },
    timeouts: { initializeMs: 1_000 },
    restart: { initialDelayMs: 100_000, jitter: 0 },
  });
  const start = (id: string) => host.start(id, { launcher });
  const load = async (): Promise<void> => {
    loading.shift()?.();
    await runtime.advance(0);
  };
  const begun = (): string[] => launcher.processes.map(({ spec }) => spec.workerId);
  return { runtime, launcher, host, start, load, begun };
}

describe("many workers that are started together", () => {
  it("load so many at once, in the order of their starts", async () => {
    const { host, runtime, start, load, begun } = slowHost(2);
    const started = Promise.all(["a", "b", "c", "d"].map(start));
    await runtime.advance(0);
    expect(begun()).toEqual(["a", "b"]);
    expect(host.diagnostics().starts).toEqual({ atOnce: 2, running: 2, waiting: 2 });
    expect(host.get("c")?.status).toBe("starting");
    await load();
    expect(begun()).toEqual(["a", "b", "c"]);
    for (let more = 0; more < 3; more++) await load();
    expect((await started).map(({ status }) => status)).toEqual(["running", "running", "running", "running"]);
    expect(host.diagnostics().starts).toEqual({ atOnce: 2, running: 0, waiting: 0 });
    await host.close();
    expect(runtime.timers()).toEqual([]);
  });

  it("have their time to start from their turn on; one that is too late makes room", async () => {
    const { host, runtime, start, load, begun } = slowHost(1);
    const [first, second] = [start("a"), start("b")];
    await runtime.advance(999);
    expect(begun()).toEqual(["a"]);
    await runtime.advance(1);
    await expect(first).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
    expect(begun()).toEqual(["a", "b"]);
    await runtime.advance(999);
    await load();
    await load();
    expect((await second).status).toBe("running");
    await host.close();
  });

  it("make room when they are told to end, not when they do", async () => {
    const { runtime, start, begun } = slowHost(1, { onSignal() {} });
    const [first, second] = [start("a"), start("b")];
    first.catch(() => {});
    second.catch(() => {});
    await runtime.advance(999);
    expect(begun()).toEqual(["a"]);
    await runtime.advance(1);
    expect(begun()).toEqual(["a", "b"]);
  });

  it("make room when they cannot be launched, or die while they load", async () => {
    const runtime = fakeRuntime();
    const launcher = fakeLauncher(contract, (launch) => {
      if (launch === 1) throw new Error("no such program");
      return launch === 2 ? { initialize: () => new Promise(() => {}) } : {};
    });
    const host = createHost(contract, {
      ...{ runtime, logger: silent, startsAtOnce: 1, handlers: { "state.get": () => "", now: () => "" } },
      restart: { initialDelayMs: 100_000, jitter: 0 },
    });
    const [a, b, c] = ["a", "b", "c"].map((id) => host.start(id, { launcher }));
    await expect(a).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
    await runtime.advance(0);
    launcher.latest.die("SIGKILL");
    await expect(b).rejects.toMatchObject({ code: ErrorCode.WORKER_UNAVAILABLE });
    expect((await c)?.status).toBe("running");
    await host.close();
  });

  it("who is stopped while it waits is never launched", async () => {
    const { host, runtime, start, load, begun } = slowHost(1);
    const [first, second, third] = [start("a"), start("b"), start("c")];
    await runtime.advance(0);
    await host.stop("b");
    await expect(second).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
    expect(host.get("b")?.status).toBe("stopped");
    expect(host.diagnostics().starts).toEqual({ atOnce: 1, running: 1, waiting: 1 });
    await load();
    await load();
    await Promise.all([first, third]);
    expect(begun()).toEqual(["a", "c"]);
    const again = host.get("b")?.start();
    await runtime.advance(0);
    await load();
    await again;
    expect(begun()).toEqual(["a", "c", "b"]);
    await host.close();
    expect(runtime.timers()).toEqual([]);
  });

  it("a host that closes launches none of those that wait", async () => {
    const { host, runtime, start, begun } = slowHost(2);
    const started = ["a", "b", "c", "d", "e"].map(start);
    await runtime.advance(0);
    const closed = host.close();
    await runtime.advance(20_000);
    await closed;
    for (const one of started) await expect(one).rejects.toMatchObject({ code: ErrorCode.CANCELLED });
    expect(begun()).toEqual(["a", "b"]);
    expect(host.diagnostics().starts).toEqual({ atOnce: 2, running: 0, waiting: 0 });
    expect(runtime.timers()).toEqual([]);
  });

  it("a plugin's setup may wait for another worker to start, also where only one may at once", async () => {
    const { host, runtime, start, load } = slowHost(1, { setup: () => other });
    let answer!: () => void;
    const other = new Promise<void>((resolve) => (answer = resolve));
    const first = start("a");
    await runtime.advance(0);
    await load();
    expect(host.get("a")?.status).toBe("starting");
    const second = start("b");
    await runtime.advance(0);
    await load();
    answer();
    expect((await second).status).toBe("running");
    expect((await first).status).toBe("running");
    await host.close();
  });

  it("takes a whole number from 1, and by default eight for each processor", async () => {
    const { host } = slowHost(3);
    expect(host.diagnostics().starts.atOnce).toBe(3);
    expect(() => slowHost(0)).toThrow(/startsAtOnce.* from 1/);
    const plain = createHost(contract, { logger: silent, handlers: { "state.get": () => "", now: () => "" } });
    expect(plain.diagnostics().starts.atOnce % 8).toBe(0);
    await Promise.all([host.close(), plain.close()]);
  });
});
