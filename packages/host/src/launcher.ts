import type { Readable, Writable } from "node:stream";
import { kindOf } from "@outrigger/protocol/authority";
import type { PermissionReport } from "./node-permissions.js";
import { shown } from "./option-checks.js";
import type { ProcessUsage } from "./process-usage.js";
import type { CompileCacheLimits } from "./resolve-compile-cache.js";

/** What a launcher starts: one process of one worker. */
export interface LaunchSpec {
  readonly workerId: string;
  /** The whole environment of the process; nothing of the host's own is added. */
  readonly env: Readonly<Record<string, string>>;
  /** Working directory. Default: the host's. */
  readonly cwd?: string;
  /** Cap of V8's old generation, MiB; launchers that do not start Node ignore it. Default: V8's own. */
  readonly heapMb?: number;
  /** What is kept of the code its Node compiles; launchers that do not start Node ignore it. Default: nothing. */
  readonly compileCache?: CompileCacheLimits;
}

/** Where a Node keeps the code it compiled. */
export interface CompileCacheReport extends CompileCacheLimits {
  readonly folder: string;
}

/** How a process ended; `error` when it never started. */
export interface ProcessExit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly error?: Error;
}

/** A process a launcher started. Each stream has an error listener from the first moment. */
export interface WorkerProcess {
  /** `undefined` when it never started. */
  readonly pid: number | undefined;
  readonly stdin: Writable;
  readonly stdout: Readable;
  readonly stderr: Readable;
  /** What became of permissions that were asked for; none were by default. */
  readonly permissions?: PermissionReport;
  /** Where its Node keeps the code it compiled for the next start; nowhere by default. */
  readonly compileCache?: CompileCacheReport;
  /** Measures it; `undefined` when it is gone. Without this, its memory and processor time are not known. */
  usage?(): Promise<ProcessUsage | undefined>;
  /** The launcher sees to it that the process, and its group, end when the host is gone, even if it hangs. Default `false`. */
  readonly endsWithHost?: boolean;
  /**
   * Has a Node on this machine open V8's inspector: on 127.0.0.1, its address told on stderr and nowhere else, for which it
   * was started with `--inspect-port=127.0.0.1:0` and `--inspect-publish-uid=stderr`. Returns whether it was asked to, at
   * once; `false` where it would die of that. Called when the worker stands still, if `endsWithHost` is true, it is watched,
   * and it found those options. Without this, where it hangs is known only from a guard thread of its own.
   */
  openInspector?(): boolean;
  /**
   * Lowers its priority for good: on POSIX its niceness becomes the host's and `by` more, up to 19. Called once at most, when
   * it is one of more workers than there are processors. Without this it does not count among them.
   */
  nice?(by: number): void;
  /** Signals the whole process tree; never throws. */
  kill(signal: NodeJS.Signals): void;
  /**
   * Told once: how it ended, or that it never started. Told on the process's exit, not on the end of its pipes, which
   * a grandchild may hold open; what it wrote last may still have to be read. Late registration is told too.
   */
  onExit(listener: (exit: ProcessExit) => void): void;
}

/**
 * The seam where processes come from. What `launch` throws or rejects with is a failed start.
 * @see nodeLauncher, commandLauncher
 */
export interface Launcher {
  /** For logs and diagnostics: `node plugin.js`. */
  readonly name: string;
  launch(spec: LaunchSpec): WorkerProcess | Promise<WorkerProcess>;
}

const OPTIONAL_MEMBERS = { usage: "function", endsWithHost: "boolean", openInspector: "function", nice: "function" };

/** @throws TypeError telling the author of a launcher what `launch` must return; a process it started nevertheless is killed */
export function checkProcess(launched: unknown, launcher: unknown): WorkerProcess {
  const fault = faultOf(launched);
  if (fault === undefined) return launched as WorkerProcess;
  try {
    (launched as Partial<WorkerProcess> | null | undefined)?.kill?.("SIGKILL");
  } catch {
    // Whatever it is, it has no `kill` that works.
  }
  throw new TypeError(`the launcher ${String(launcher)}: ${fault}`);
}

function faultOf(launched: unknown): string | undefined {
  const given = (launched ?? {}) as Partial<WorkerProcess>;
  const areStreams = [given.stdin, given.stdout, given.stderr].every((stream) => typeof stream?.on === "function");
  if (!areStreams || typeof given.kill !== "function" || typeof given.onExit !== "function") {
    return `launch must return { pid, stdin, stdout, stderr, kill, onExit } or a promise of it, got ${kindOf(launched)}`;
  }
  for (const [member, expected] of Object.entries(OPTIONAL_MEMBERS)) {
    const value = given[member as keyof WorkerProcess];
    if (value !== undefined && typeof value !== expected)
      return `${member}: expected a ${expected}, got ${shown(value)}`;
  }
  return undefined;
}
