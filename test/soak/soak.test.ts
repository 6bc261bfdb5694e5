import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";
import { ACTS, chaosSchedule } from "./chaos-schedule.js";
import { brokenPromises, reportTable, type SoakReport } from "./soak-report.js";

const program = fileURLToPath(new URL("../../scripts/soak.mjs", import.meta.url));

async function runSoak(...args: string[]) {
  const child = spawn(process.execPath, [program, "--json", ...args], { stdio: ["ignore", "pipe", "pipe"] });
  const code = new Promise<number | null>((resolve) => child.on("exit", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, report: JSON.parse(stdout) as SoakReport & { readonly broken: string[] }, stderr };
}

test("two minutes of chaos: no call lost or answered wrong, every worker back, nothing left", async () => {
  const { code, report, stderr } = await runSoak("--minutes", "2", "--workers", "40");
  const shown = `${reportTable(report)}\n${stderr}`;
  console.log(shown);
  expect(report.broken, shown).toEqual([]);
  expect(code).toBe(0);
  // It was no walk in the park.
  expect(report.calls.made).toBeGreaterThan(10_000);
  expect(report.restarts).toBeGreaterThan(50);
  expect(report.crashes.unresponsive).toBeGreaterThan(5);
  expect(Object.keys(report.chaos.done).sort()).toEqual([...ACTS].sort());
});

describe("the schedule", () => {
  test("is the same for the same seed, and another for another", () => {
    expect(chaosSchedule(7, 40, 500, 60_000)).toEqual(chaosSchedule(7, 40, 500, 60_000));
    expect(chaosSchedule(7, 40, 500, 60_000)).not.toEqual(chaosSchedule(8, 40, 500, 60_000));
  });
  test("has every act in any thirteen in a row that begin a round", () => {
    const acts = chaosSchedule(1, 40, 500, 60_000).map(({ act }) => act);
    expect(new Set(acts.slice(0, ACTS.length)).size).toBe(ACTS.length);
  });
});

describe("a broken promise is told", () => {
  const good: SoakReport = {
    ...{ seed: 1, minutes: 1, workers: 1, lost: 0, crashes: {}, restarts: 1, down: [] },
    calls: { made: 2, settled: 2, settledTwice: 0, answered: 2, wrong: 0, oddErrors: 0, ranWrongly: 0, failed: {} },
    chaos: { done: {}, aliveAfterStop: 0, revived: 0, errors: [] },
    recovery: { p50: 100, p99: 200, max: 300, bareStartMs: 50 },
    loop: { p99: 5, max: 9, ownP99: 5, ownMax: 9, samples: 100 },
    memory: { rssStart: 1, rssEnd: 1, heldStart: 1, heldEnd: 1 },
    ...{ processesLeft: 0, descriptorsLeft: 0 },
  };
  test("none, when all are kept", () => expect(brokenPromises(good)).toEqual([]));
  test.each<[string, Partial<SoakReport>]>([
    ["no call is lost", { lost: 1 }],
    ["the host finds those that hang", { chaos: { ...good.chaos, done: { hang: 5, SIGSTOP: 5 } } }],
    ["the host takes none for hung that is not", { crashes: { unresponsive: 1 } }],
    ["no call is answered wrong", { calls: { ...good.calls, wrong: 1 } }],
    ["every call settles exactly once", { calls: { ...good.calls, settledTwice: 1 } }],
    ["no process is left", { processesLeft: 1 }],
    ["no descriptor is left", { descriptorsLeft: 1 }],
    ["every worker serves again", { down: ["w1"] }],
    ["nothing is alive after stop", { chaos: { ...good.chaos, aliveAfterStop: 1 } }],
  ])("%s", (promise, change) => expect(brokenPromises({ ...good, ...change })).toEqual([promise]));
});
