import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { inject } from "vitest";

export interface DemoRun {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export interface DemoOptions {
  /** Where `demo.js` is. Default: the build of this run. */
  readonly folder?: string;
  readonly env?: Readonly<Record<string, string>>;
  /** Called with all of stdout so far, at each piece of it. */
  readonly onOutput?: (stdout: string, demo: ChildProcess) => void;
}

/** Runs the demo as a user does, piped, in a process group of its own. */
export async function runDemo(args: readonly string[], options: DemoOptions = {}): Promise<DemoRun> {
  const { folder = inject("demoBuild"), env = {}, onOutput } = options;
  const { PATH = "" } = process.env;
  const demo = spawn(process.execPath, [join(folder, "demo.js"), ...args], {
    detached: true,
    cwd: folder,
    env: { PATH, ...env },
    stdio: ["ignore", "pipe", "pipe"],
  });
  let seen = "";
  demo.stdout.on("data", (chunk: Buffer) => {
    seen += chunk.toString();
    onOutput?.(seen, demo);
  });
  const [[code], stdout, stderr] = await Promise.all([once(demo, "close"), text(demo.stdout), text(demo.stderr)]);
  return { code: code as number | null, stdout, stderr };
}
