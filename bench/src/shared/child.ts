import { type ChildProcess, type ChildProcessByStdio, fork, spawn } from "node:child_process";
import { once } from "node:events";
import type { Readable, Writable } from "node:stream";
import { fileURLToPath } from "node:url";

export type PipedChild = ChildProcessByStdio<Writable, Readable, null>;

/** The worker of an adapter, beside its `host.js`. */
export const workerFile = (host: string, name = "worker.js"): string => fileURLToPath(new URL(name, host));

export function spawnWorker(host: string): PipedChild {
  const child = spawn(process.execPath, [workerFile(host)], { stdio: ["pipe", "pipe", "inherit"] });
  // What a peer still writes to a worker that was stopped is nobody's loss.
  child.stdin.on("error", () => {});
  return child;
}

export const forkWorker = (host: string, serialization: "json" | "advanced"): ChildProcess =>
  fork(workerFile(host), { serialization, stdio: ["ignore", "inherit", "inherit", "ipc"] });

export async function endChild(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  const exited = once(child, "exit");
  child.kill("SIGKILL");
  await exited;
}
