import { HANG_MARK } from "@outrigger/protocol";
import { LOCATOR_THREAD_SOURCE } from "./locator-thread-source.js";

/**
 * The guard thread, as CommonJS text: a plugin is bundled to one file, so there is no other file to start a thread from.
 * It looks for two things: whether the parent is alive, and whether the main thread's heart beats.
 *
 * `process.exit` in a thread ends only the thread, hence the signal; the whole group first, when this process leads one,
 * so that children of the plugin do not outlive it.
 *
 * A stall is measured by the guard's own looks, so that a process that was stopped as a whole has not stalled. It is
 * reported when it has lasted as long as it may, and again each time it has lasted twice as long.
 */
export const GUARD_SOURCE = `
const { Worker, workerData } = require("node:worker_threads");
const { writeSync } = require("node:fs");
const { parent, leader, graceMs, pollMs, cells, cellOf, mayInspect } = workerData;
const heart = new Int32Array(cells);

const parentIsAlive = () => {
  if (process.ppid !== parent) return false;
  if (process.platform !== "win32") return true;
  try { process.kill(parent, 0); return true; } catch (error) { return error.code === "EPERM"; }
};
const end = () => {
  if (leader) try { process.kill(-process.pid, "SIGKILL"); } catch {}
  process.kill(process.pid, "SIGKILL");
};

const pause = new Int32Array(new SharedArrayBuffer(4));
const write = (text) => {
  for (let rest = Buffer.from(text), tries = 0; rest.length > 0 && tries < 50; tries++) {
    try { rest = rest.subarray(writeSync(2, rest)); } catch (error) {
      if (error.code !== "EAGAIN") return;
      Atomics.wait(pause, 0, 0, 10);
    }
  }
};

let stall;
const beginStall = (now) => {
  const { user, system } = process.cpuUsage();
  stall = { beat: Atomics.load(heart, cellOf.beat), ms: 0, dueMs: Atomics.load(heart, cellOf.stallMs), since: now, cpu: user + system };
};

// Read before the locator takes a share of its own.
const cpuOfStall = () => {
  const { user, system } = process.cpuUsage();
  return Math.round((user + system - stall.cpu) / Math.max(1, performance.now() - stall.since) / 10);
};
let cpu;

const report = (found) => {
  const { heapUsed, ...place } = found;
  const facts = {
    ...place,
    stalledMs: Math.round(stall.ms),
    memory: { rss: process.memoryUsage.rss(), heapUsed },
    cpu,
  };
  write(${JSON.stringify(HANG_MARK)} + JSON.stringify(facts).slice(1) + "\\n");
};

// A thread of its own, and only once it is needed: what naming the place costs, or breaks, must not cost the guard.
let locator;
let locating = false;
const startLocator = () => {
  const thread = new Worker(${JSON.stringify(LOCATOR_THREAD_SOURCE)}, {
    eval: true, name: "outrigger-locator", execArgv: [], env: {}, resourceLimits: { maxOldGenerationSizeMb: 256, stackSizeMb: 1 },
  });
  thread.on("message", ({ isLast, ...found }) => {
    if (isLast) locating = false;
    report(found);
  });
  thread.on("error", (error) => {
    report({ note: "the place is unknown: " + error.message });
    locator = undefined;
    locating = false;
  });
  thread.unref();
  return thread;
};
const locate = () => {
  if (!mayInspect) return report({ note: "the place is unknown: Node's permission model forbids the inspector" });
  if (locating) return report({ note: "still not in JavaScript" });
  try {
    locator ??= startLocator();
    locating = true;
    locator.postMessage({ patienceMs: 1.5 * stall.ms });
  } catch (error) {
    report({ note: "the place is unknown: " + error.message });
  }
};

let lookedAt = performance.now();
let goneSince;
const look = () => {
  const now = performance.now();
  const passedMs = Math.min(now - lookedAt, 2 * pollMs);
  lookedAt = now;
  if (goneSince === undefined && !parentIsAlive()) goneSince = now;
  if (goneSince !== undefined && now - goneSince >= graceMs) end();
  if (stall.beat !== Atomics.load(heart, cellOf.beat)) beginStall(now);
  else stall.ms += passedMs;
  const debugged = Atomics.load(heart, cellOf.debugged) === 1;
  if (stall.ms >= stall.dueMs && !debugged && goneSince === undefined) {
    stall.dueMs = 2 * stall.ms;
    if (!locating) cpu = cpuOfStall();
    locate();
  }
};
beginStall(lookedAt);
setInterval(look, pollMs);
`;
