import { describe, expect, it } from "vitest";
import { contract, silent } from "../test/host-setup.js";
import { createHost } from "./create-host.js";
import { fakeRuntime } from "./fake-clock.js";
import { fakeLauncher } from "./fake-launcher.js";
import type { HostOptions } from "./host-options.js";
import type { Launcher } from "./launcher.js";

/** Many workers of one host, each with a launcher of its own; when each launch was, by the fake clock. */
async function fleet(size: number, options: Partial<HostOptions<typeof contract>> = {}) {
  const runtime = fakeRuntime();
  const launches: number[] = [];
  const host = createHost(contract, {
    ...{ runtime, logger: silent, handlers: { "state.get": () => "", now: () => "" } },
    ...{ restart: { intensity: 1_000, initialDelayMs: 1_000, maxDelayMs: 1_000 }, ...options },
  });
  const fakes = Array.from({ length: size }, () => fakeLauncher(contract));
  const workers = await Promise.all(
    fakes.map((fake, index) => {
      const launcher: Launcher = {
        name: "counted",
        launch(spec) {
          launches.push(runtime.clock.now());
          return fake.launch(spec);
        },
      };
      return host.start(`w${index}`, { launcher });
    }),
  );
  launches.length = 0;
  const crash = (): void => {
    for (const { latest } of fakes) if (latest.isAlive) latest.die("SIGKILL");
  };
  const running = (): number => workers.filter(({ status }) => status === "running").length;
  return { host, runtime, workers, launches, crash, running };
}

/** The most launches within any time as long as a period. */
const busiest = (launches: readonly number[], periodMs: number): number =>
  Math.max(...launches.map((start) => launches.filter((at) => at >= start && at < start + periodMs).length));

describe("a broken dependency that takes all workers down", () => {
  it("does not storm the machine: 100 workers, all crash at once, again and again; each comes back", async () => {
    const { host, runtime, launches, crash, running } = await fleet(100);
    for (let times = 1; times <= 5; times++) {
      crash();
      await runtime.advance(15_000);
    }
    expect(busiest(launches, 10_000)).toBe(30);
    await runtime.advance(60_000);
    expect(running()).toBe(100);
    expect(busiest(launches, 10_000)).toBe(30);
    expect(host.diagnostics().restarts).toMatchObject({ restarts: 30, periodMs: 10_000, waiting: 0 });
    await host.close();
    expect(runtime.timers()).toEqual([]);
  });

  it("diagnostics tell who waits, and when each has its turn, in the order of the crashes", async () => {
    const { host, runtime, workers, crash, running } = await fleet(7, {
      restartBudget: { restarts: 3, periodMs: 5_000 },
    });
    crash();
    await runtime.advance(1_300);
    expect(running()).toBe(3);
    const { restarts } = host.diagnostics();
    expect(restarts).toEqual({ restarts: 3, periodMs: 5_000, recent: 3, waiting: 4, delayed: 4 });
    const now = runtime.wallClock();
    const turns = workers.map((worker) => worker.diagnostics().nextRestartAt).filter((at) => at !== undefined);
    const firstTurn = (turns[0] as number) - now;
    expect(turns.map((at) => at - now)).toEqual([firstTurn, firstTurn, firstTurn, firstTurn + 5_000]);
    await runtime.advance(firstTurn - 1);
    expect(running()).toBe(3);
    await runtime.advance(1);
    expect(running()).toBe(6);
    await runtime.advance(5_000);
    expect(running()).toBe(7);
    await host.close();
  });

  it("who is stopped, or started by hand, while it waits gives up its place", async () => {
    const { host, runtime, workers, crash, running } = await fleet(4, {
      restartBudget: { restarts: 1, periodMs: 60_000 },
    });
    crash();
    await runtime.advance(1_500);
    expect(running()).toBe(1);
    await workers[1]?.stop();
    await workers[2]?.start();
    expect(host.diagnostics().restarts).toMatchObject({ waiting: 1, delayed: 3 });
    await runtime.advance(60_000);
    expect(workers.map(({ status }) => status)).toEqual(["running", "stopped", "running", "running"]);
    await host.close();
    expect(runtime.timers()).toEqual([]);
  });

  it("a host that closes leaves nobody waiting", async () => {
    const { host, runtime, crash } = await fleet(3, { restartBudget: { restarts: 1, periodMs: 60_000 } });
    crash();
    await runtime.advance(1_500);
    await host.close();
    expect(host.diagnostics().restarts.waiting).toBe(0);
    expect(runtime.timers()).toEqual([]);
  });
});
