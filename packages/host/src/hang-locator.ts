import { type ChildProcess, execFile } from "node:child_process";
import { MAX_HANG_LINE, NOT_IN_JAVASCRIPT, parseHangReport } from "@outrigger/protocol";
import type { HangPlace } from "./hang-finder.js";
import { INSPECTOR, LOCATOR_PROCESS_SOURCE } from "./locator-process-source.js";
import { createTurns } from "./turns.js";

/** Processes that look for places at once, of all hosts together. */
const AT_ONCE = 4;
/** How long one may take, ms: in native code nothing answers. */
const PATIENCE_MS = 3_000;

const turns = createTurns(AT_ONCE);

/** Asks the inspector at `url` where its main thread stands, by a process of its own; `undefined`: none answers. Never rejects. */
export async function locateHang(url: string, signal: AbortSignal): Promise<HangPlace | undefined> {
  const stdout = await runLocator(url, signal);
  if (stdout === "") return undefined;
  if (stdout === undefined) return { stack: [], note: `${NOT_IN_JAVASCRIPT}, or stopped` };
  const found = parseHangReport(stdout);
  if (found === undefined) return { stack: [], note: "the place is unknown: its inspector answered something else" };
  const { functionName, file, line, column, stack, note, memory } = found;
  return { functionName, file, line, column, stack, note, heapUsed: memory?.heapUsed };
}

/** What it wrote; an empty text where it failed, or was given up, `undefined` when its time was over. */
function runLocator(url: string, signal: AbortSignal): Promise<string | undefined> {
  return new Promise((resolve) => {
    let child: ChildProcess | undefined;
    const done = (stdout: string | undefined): void => {
      leave();
      resolve(signal.aborted ? "" : stdout);
    };
    // Not by the signal itself, which would send SIGTERM: a process that was stopped does not hear that.
    const giveUp = (): void => {
      if (child === undefined) done("");
      else child.kill("SIGKILL");
    };
    const leave = turns.enter(() => {
      child = startLocator(url, done);
    });
    if (signal.aborted) giveUp();
    else signal.addEventListener("abort", giveUp, { once: true });
  });
}

function startLocator(url: string, done: (stdout: string | undefined) => void): ChildProcess | undefined {
  // A global WebSocket came with Node 22.
  const flags = Number.parseInt(process.versions.node, 10) < 22 ? ["--experimental-websocket"] : [];
  const args = [...flags, "--no-warnings", "--max-old-space-size=256", "-e", LOCATOR_PROCESS_SOURCE];
  // Not an argument: those are read by any user of the machine.
  const { LD_LIBRARY_PATH, SystemRoot } = process.env;
  const env = { [INSPECTOR]: url, LD_LIBRARY_PATH, SystemRoot };
  // The host's folder may be gone, or be one to be unmounted.
  const options = { env, cwd: "/", timeout: PATIENCE_MS, killSignal: "SIGKILL", maxBuffer: 4 * MAX_HANG_LINE } as const;
  try {
    return execFile(process.execPath, args, { ...options, windowsHide: true }, (error, stdout) =>
      done(error?.killed === true ? undefined : stdout),
    );
  } catch {
    queueMicrotask(() => done(""));
    return undefined;
  }
}
