import { type ChildProcess, spawn } from "node:child_process";
import { statSync } from "node:fs";
import { PassThrough } from "node:stream";
import { catchesSignal } from "./caught-signals.js";
import { killTree } from "./kill-tree.js";
import type { LaunchSpec, ProcessExit, WorkerProcess } from "./launcher.js";
import { lowerPriority } from "./lower-priority.js";
import { reapWithHost } from "./orphan-reaper.js";
import { processUsage } from "./process-usage.js";

/**
 * What the launchers of this package have in common: argv becomes a process. Never throws.
 * @param isInspectable whether it is a Node that opens its inspector on `SIGUSR1`
 */
export function spawnWorker(
  argv: readonly [string, ...string[]],
  spec: LaunchSpec,
  isInspectable = false,
): WorkerProcess {
  try {
    const [command, ...args] = argv;
    if (spec.cwd !== undefined) checkFolder(spec.cwd);
    const child = spawn(command, args, {
      env: spec.env,
      cwd: spec.cwd,
      stdio: ["pipe", "pipe", "pipe"],
      // Leads its own group: the tree can be killed, and Ctrl-C on the host's terminal does not reach it.
      detached: process.platform !== "win32",
      windowsHide: true,
    });
    return supervised(child, command, isInspectable);
  } catch (error) {
    return failedProcess(error instanceof Error ? error : new Error(String(error)));
  }
}

function supervised(child: ChildProcess, command: string, isInspectable: boolean): WorkerProcess {
  const { pid } = child;
  const reaping = pid === undefined ? undefined : reapWithHost(pid);
  const told = exitTeller();
  let gone = false;
  // Where even pipes could not be made, Node leaves the streams out.
  const stdin = child.stdin ?? deadStream();
  // Its chunks are made by Node, and known to nobody else.
  const stdout: WorkerProcess["stdout"] = Object.assign(child.stdout ?? deadStream(), { handsOverChunks: true });
  const stderr = child.stderr ?? deadStream();
  // Who reads them listens too; but an error without any listener would end the host.
  for (const stream of [stdin, stdout, stderr]) stream.on("error", () => {});
  child.on("error", (error) => {
    // With a pid the process lives: a signal could not be sent, which its exit will tell or not.
    if (pid === undefined) told.tell({ code: null, signal: null, error: explain(error, command) });
  });
  child.on("exit", (code, signal) => {
    gone = true;
    // What it started must not outlive it. Only now: later the number may belong to somebody else.
    if (pid !== undefined && process.platform !== "win32") killTree(pid, "SIGKILL");
    reaping?.release();
    told.tell({ code, signal });
  });
  return {
    ...{ pid, stdin, stdout, stderr },
    endsWithHost: reaping?.watched ?? false,
    usage: async () => (pid === undefined || gone ? undefined : processUsage(pid)),
    // The process alone: of anything else in its group the signal would be the end.
    ...(isInspectable && { openInspector: () => !gone && catchesSignal(pid, "SIGUSR1") && child.kill("SIGUSR1") }),
    ...(pid !== undefined && { nice: (by) => lowerPriority(pid, by, () => gone) }),
    kill(signal) {
      if (pid !== undefined && !gone) killTree(pid, signal);
    },
    onExit: told.onExit,
  };
}

/** A process that never came to be. */
function failedProcess(error: Error): WorkerProcess {
  const told = exitTeller();
  queueMicrotask(() => told.tell({ code: null, signal: null, error }));
  return {
    ...{ pid: undefined, stdin: deadStream(), stdout: deadStream(), stderr: deadStream() },
    kill() {},
    onExit: told.onExit,
  };
}

function exitTeller() {
  let exit: ProcessExit | undefined;
  let listeners: ((exit: ProcessExit) => void)[] = [];
  return {
    tell(first: ProcessExit): void {
      if (exit !== undefined) return;
      exit = first;
      const waiting = listeners;
      listeners = [];
      for (const listener of waiting) listener(first);
    },
    onExit(listener: (exit: ProcessExit) => void): void {
      const known = exit;
      if (known === undefined) listeners.push(listener);
      else queueMicrotask(() => listener(known));
    },
  };
}

function deadStream(): PassThrough {
  const stream = new PassThrough();
  stream.on("error", () => {});
  stream.destroy();
  return stream;
}

/** Node says ENOENT of the command when it means the folder. */
function checkFolder(cwd: string): void {
  if (statSync(cwd, { throwIfNoEntry: false })?.isDirectory() === true) return;
  throw new Error(`cwd: there is no folder ${cwd}; create it, or correct the path`);
}

const ADVICE: Readonly<Record<string, string>> = {
  ENOENT: "there is no such command; install it, or give its whole path",
  EACCES: "it is not executable by this user; correct its permissions",
  EPERM: "the system does not permit it",
  EMFILE: "the host has too many open files; raise its limit, or run fewer workers",
  ENFILE: "the system has too many open files",
  EAGAIN: "the system has no process left; raise the limit of processes, or run fewer workers",
  ENOMEM: "the system is out of memory",
};

function explain(error: Error, command: string): Error {
  const { code } = error as NodeJS.ErrnoException;
  const advice = code === undefined ? undefined : ADVICE[code];
  return new Error(`${command}: ${advice === undefined ? error.message : `${advice} (${code})`}`, { cause: error });
}
