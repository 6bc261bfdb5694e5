import { spawnSync } from "node:child_process";
import { readdir } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { createHost } from "@outrigger/host";
import { defineContract, request } from "@outrigger/protocol";
import { pino } from "pino";
import { expect, it } from "vitest";
import { z } from "zod";
import { fixture } from "./fixture.js";
import { frozen as frozenContract } from "./frozen/program/contract.js";

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

/** Today's contract of that name and version: the frozen worker is asked for what it never heard of. */
const newer = defineContract({
  name: frozenContract.name,
  version: frozenContract.version,
  workerToHost: frozenContract.workerToHost,
  hostToWorker: {
    ...frozenContract.hostToWorker,
    greet: request({
      params: z.object({ name: z.instanceof(Uint8Array) }),
      result: z.object({ text: z.string() }),
    }),
    finish: request({ params: z.object({}), result: z.string(), input: z.int() }),
    pid: request({ params: z.object({}), result: z.int() }),
  },
});

it.each(releases)("of a worker built on %s nothing is required that it does not know", async (release) => {
  const handlers = {
    ...{ "state.get": () => null, "state.delete": () => null, running: () => null, ended() {} },
    *ticks() {},
  };
  await using host = createHost(newer, { handlers, logger: pino({ level: "silent" }), restart: { type: "temporary" } });
  const worker = await host.start("w", {
    entry: pathToFileURL(frozen(release, "worker")),
    capabilities: ["state.read"],
  });
  expect(worker.diagnostics().features).toEqual(["cancel", "progress", "stream", "ping", "log", "setup"]);
  // Bytes go as base64; a call with input, and a method it has not, are refused before anything is sent.
  const scope = { tenant: "t1" };
  const greeting = worker.request("greet", { name: new Uint8Array([1, 2, 3]) }, { scope });
  await expect(greeting).resolves.toEqual({ text: "Hello friend AQID! " });
  await expect(worker.request("finish", {}, { input: [1] })).rejects.toMatchObject({
    codeName: "METHOD_NOT_IMPLEMENTED",
    message: expect.stringMatching(/input/),
    data: { mayHaveRun: false },
  });
  await expect(worker.request("pid", {})).rejects.toMatchObject({ codeName: "METHOD_NOT_IMPLEMENTED" });
  await worker.stop();
  expect(worker.status).toBe("stopped");
});

it("there is a frozen pair", () => expect(releases).toContain("3243c92"));
