import { spawnSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { fixture } from "./fixture.js";

const folder = join(import.meta.dirname, "frozen");
const entries = await readdir(folder, { withFileTypes: true });
const releases = entries.filter((entry) => entry.isDirectory() && entry.name !== "program").map(({ name }) => name);
const today = {
  host: fileURLToPath(fixture("frozen-host")),
  worker: fileURLToPath(fixture("frozen-worker")),
};
const frozen = (release: string, end: "host" | "worker"): string => join(folder, release, `${end}.js`);

/** What `program/host.ts` prints of a worker. */
function play(host: string, worker: string): unknown {
  const env = { PATH: process.env.PATH ?? "" };
  const run = spawnSync(process.execPath, [host, worker], { env, encoding: "utf8", timeout: 20_000 });
  expect(run, run.stderr).toMatchObject({ status: 0, signal: null });
  return JSON.parse(run.stdout);
}

/** Handshake, nested calls, health, progress, streams both ways, cancels, refusals, errors, drain, crash, restart. */
const all = {
  implements: [true, false],
  greeting: { text: "Hello Countess Ada! Hello Countess Ada! " },
  health: { status: "ok" },
  work: "worked",
  progress: [1, 2, 3],
  streamed: [1000, 1000],
  ticks: [300, 299],
  cancelled: "CANCELLED",
  timedOut: "TIMEOUT",
  refused: {
    params: "INVALID_PARAMS",
    capability: "CAPABILITY_DENIED",
    scope: "INVOCATION_SCOPE_DENIED",
    optional: "METHOD_NOT_IMPLEMENTED",
  },
  failed: { code: 4001, data: { luck: 0 } },
  notified: true,
  drained: ["finished", "stopped"],
  ended: ["count", "count", "nested call, aborted", "nested call, aborted", "wait", "wait", "worker"],
  ticksLeft: "ended by its reader",
  logged: [true, true, true],
  crashed: { code: "WORKER_UNAVAILABLE", mayHaveRun: true, reason: "exit-code" },
  again: { text: "Hello friend Bob! " },
};

it("today's host and today's worker do what the first frozen pair did", () => {
  expect(play(today.host, today.worker)).toEqual(all);
});

it.each(releases)("today's host works with a worker built on %s", (release) => {
  expect(play(today.host, frozen(release, "worker"))).toEqual(all);
});

it.each(releases)("a host built on %s works with today's worker", (release) => {
  expect(play(frozen(release, "host"), today.worker)).toEqual(all);
});

it("there is a frozen pair", () => expect(releases).toContain("3243c92"));
