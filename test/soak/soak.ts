import { spawn } from "node:child_process";
import { randomUUID } from "node:crypto";
import { readdirSync } from "node:fs";
import { createHost, type StartOptions } from "@outrigger/host";
import { pino } from "pino";
import { measureLoopDelay } from "../hostile/loop-delay.js";
import { leftAfter } from "../hostile/worker-tree.js";
import { createActs } from "./chaos-acts.js";
import { chaosSchedule, seededRandom } from "./chaos-schedule.js";
import { createLoad, type SoakHost, type SoakWorker } from "./load-calls.js";
import { soakContract } from "./soak-contract.js";
import { type SoakOptions, soakOptions } from "./soak-options.js";
import { brokenPromises, reportTable, type SoakReport, UNRESPONSIVE_AFTER_MS } from "./soak-report.js";

const LEFT_AFTER_MS = 2_000;
const SETTLE_MS = 15_000;

const after = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));
const held = (): number => {
  globalThis.gc?.();
  globalThis.gc?.();
  const { heapUsed, external } = process.memoryUsage();
  return heapUsed + external;
};
const onLinux = process.platform === "linux";
const descriptors = (): number => (onLinux ? readdirSync("/proc/self/fd").length : 0);

async function soak(options: SoakOptions, tell: (text: string) => void): Promise<SoakReport> {
  const token = `soak-${randomUUID()}`;
  const random = seededRandom(options.seed + 1);
  const load = createLoad(random);
  const logger = pino(pino.destination({ dest: "/dev/null", sync: false }));
  const host: SoakHost = createHost(soakContract, {
    logger,
    env: { SOAK_TOKEN: token },
    limits: { messageBytes: 4 << 20, unsentBytes: 4 << 20 },
    liveness: { unresponsiveAfterMs: UNRESPONSIVE_AFTER_MS },
    timeouts: { initializeMs: 15_000, drainMs: 1_000, terminateMs: 500, killMs: 2_000 },
    restart: { initialDelayMs: 100, maxDelayMs: 1_000, stableAfterMs: 2_000, intensity: 20, periodMs: 60_000 },
    handlers: {
      tenant: (_, { scope }) => scope.tenant,
      ran: ({ n }) => load.ran(n),
      noise: () => {},
    },
  });
  const entry: StartOptions<typeof soakContract> = { entry: new URL("./soak-plugin.mjs", import.meta.url) };
  const ids = Array.from({ length: options.workers }, (_, index) => `w${index}`);
  const acts = createActs(host);
  const watched = watchCrashes(host);

  // The first process a program starts opens what stays open: only what comes after is of the workers.
  await host.start("first", entry);
  await host.remove("first");
  const descriptorsBefore = descriptors();

  tell(`starting ${ids.length} workers`);
  await Promise.all(ids.map((id) => host.start(id, entry)));
  for (let round = 0; round < 20; round++) for (const id of ids) load.call(host.get(id) as SoakWorker);
  await load.drained();
  const memoryStart = { rss: process.memoryUsage.rss(), held: held() };

  const endMeasuring = measureLoopDelay();
  const endComparing = compareStarts();
  const totalMs = options.minutes * 60_000;
  tell(`soaking for ${options.minutes} min`);
  const running: Promise<void>[] = [];
  const timers = chaosSchedule(options.seed, ids.length, options.chaosMs, totalMs).map(({ atMs, worker, act }) =>
    setTimeout(() => {
      const id = ids[worker] as string;
      watched.disturb(id);
      running.push(acts.act(id, act));
    }, atMs),
  );
  let turn = 0;
  const calling = setInterval(
    () => load.call(host.get(ids[turn++ % ids.length] as string) as SoakWorker),
    1_000 / (options.rate * ids.length),
  );
  await after(totalMs);
  for (const timer of timers) clearTimeout(timer);
  await Promise.all(running);
  clearInterval(calling);
  const loop = endMeasuring();
  const bareStartMs = endComparing();
  await load.drained();

  tell("waiting for every worker to serve again");
  // What hangs serves to the eye, until it is found.
  await after(2 * UNRESPONSIVE_AFTER_MS);
  const down = await stillDown(host);
  const lost = load.open.size;
  await host.close();
  const left = onLinux ? await leftAfter(token, LEFT_AFTER_MS) : [];
  const memoryEnd = { rss: process.memoryUsage.rss(), held: held() };
  return {
    ...{ seed: options.seed, minutes: options.minutes, workers: options.workers },
    ...{
      calls: load.tally,
      lost,
      chaos: acts.tally,
      crashes: watched.crashes,
      restarts: watched.restarts(),
      down,
      loop,
    },
    recovery: { ...watched.recovery(), bareStartMs },
    memory: {
      ...{ rssStart: memoryStart.rss, rssEnd: memoryEnd.rss },
      ...{ heldStart: memoryStart.held, heldEnd: memoryEnd.held },
    },
    processesLeft: left.length,
    descriptorsLeft: descriptors() - descriptorsBefore,
  };
}

/** How long this machine takes, while it is soaked, for a Node process that does nothing: the median, ms. */
function compareStarts(): () => number {
  const times: number[] = [];
  const timer = setInterval(() => {
    const started = performance.now();
    spawn(process.execPath, ["-e", "0"], { stdio: "ignore" }).on("exit", () => times.push(performance.now() - started));
  }, 3_000);
  return () => {
    clearInterval(timer);
    return times.sort((a, b) => a - b)[Math.floor(times.length / 2)] ?? 0;
  };
}

/** Counts crashes by reason, and how long each took to be mended beside the delay the policy asked for. */
function watchCrashes(host: SoakHost) {
  const crashes: Record<string, number> = {};
  const waiting = new Map<string, number>();
  const times: number[] = [];
  let restarts = 0;
  host.on("crash", ({ workerId, reason, restartInMs }) => {
    crashes[reason] = (crashes[reason] ?? 0) + 1;
    if (restartInMs !== undefined) waiting.set(workerId, performance.now() + restartInMs);
  });
  host.on("restarted", ({ workerId }) => {
    restarts++;
    const due = waiting.get(workerId);
    if (due !== undefined) times.push(Math.max(0, performance.now() - due));
  });
  // Started by hand meanwhile: no recovery of the host's.
  host.on("status", ({ workerId, status }) => {
    if (status === "stopped" || status === "stopping") waiting.delete(workerId);
  });
  return {
    crashes,
    restarts: () => restarts,
    /** It is hit again: when it serves says nothing of its recovery. */
    disturb: (id: string) => waiting.delete(id),
    recovery() {
      times.sort((a, b) => a - b);
      const at = (share: number): number => times[Math.min(times.length - 1, Math.floor(times.length * share))] ?? 0;
      return { p50: at(0.5), p99: at(0.99), max: times.at(-1) ?? 0 };
    },
  };
}

/** Gives every worker the time to come back by itself; names those that did not. */
async function stillDown(host: SoakHost): Promise<string[]> {
  const until = performance.now() + SETTLE_MS;
  const isDown = (): SoakWorker[] => host.list().filter(({ status }) => status !== "running" && status !== "failed");
  while (isDown().length > 0 && performance.now() < until) await after(50);
  const answers = await Promise.allSettled(
    host.list().map(async (worker) => {
      // Given up by the policy, as it says: its operator brings it back.
      if (worker.status === "failed") await worker.start();
      await worker.request("echo", { n: -1 }, { timeoutMs: 5_000 });
    }),
  );
  return host
    .list()
    .filter((_, index) => answers[index]?.status === "rejected")
    .map(({ id, status }) => `${id} (${status})`);
}

const options = soakOptions(process.argv.slice(2), Math.random());
const report = await soak(options, (text) => process.stderr.write(`${text}\n`));
const broken = brokenPromises(report);
process.stdout.write(options.json ? `${JSON.stringify({ ...report, broken })}\n` : `${reportTable(report)}\n`);
for (const promise of broken) process.stderr.write(`BROKEN: ${promise}\n`);
process.exitCode = broken.length === 0 ? 0 : 1;
