import { Worker } from "node:worker_threads";

/** How often the guard looks for its parent, and how long the main thread may then take to end by itself, ms. */
const POLL_MS = 500;
const GRACE_MS = 1_000;

/**
 * CommonJS text, so that a plugin stays one file. `process.exit` in a thread ends only the thread, hence the signal; the
 * whole group first, when this process leads one, so that children of the plugin do not outlive it.
 */
const SOURCE = `
const { workerData } = require("node:worker_threads");
const parentIsAlive = () => {
  if (process.ppid !== workerData.parent) return false;
  if (process.platform !== "win32") return true;
  try { process.kill(workerData.parent, 0); return true; } catch (error) { return error.code === "EPERM"; }
};
const end = () => {
  if (workerData.leader) try { process.kill(-process.pid, "SIGKILL"); } catch {}
  process.kill(process.pid, "SIGKILL");
};
const poll = setInterval(() => {
  if (parentIsAlive()) return;
  clearInterval(poll);
  setTimeout(end, workerData.graceMs);
}, workerData.pollMs);
`;

/**
 * Starts a thread that ends the process when its parent is gone, even when the main thread hangs. Returns how to stop it;
 * a Node that forbids threads (`--permission` without `--allow-worker`) is told through `onError`, and goes without.
 *
 * @param leader whether this process leads a group of its own, which ends with it.
 */
export function startGuard(leader: boolean, onError: (error: unknown) => void): () => void {
  try {
    const guard = new Worker(SOURCE, {
      eval: true,
      name: "outrigger-guard",
      // Neither the plugin's loaders nor its environment concern the guard.
      ...{ execArgv: [], env: {}, stdin: false },
      workerData: { parent: process.ppid, leader, pollMs: POLL_MS, graceMs: GRACE_MS },
      resourceLimits: { maxOldGenerationSizeMb: 16, maxYoungGenerationSizeMb: 2, codeRangeSizeMb: 4, stackSizeMb: 1 },
    });
    guard.on("error", onError);
    guard.unref();
    return () => void guard.terminate();
  } catch (error) {
    onError(error);
    return () => {};
  }
}
