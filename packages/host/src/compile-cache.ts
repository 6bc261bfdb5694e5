import * as nodeModule from "node:module";
import type { Readable } from "node:stream";
import { clearFolder } from "./clear-folder.js";
import { compileCacheFolder } from "./compile-cache-folder.js";
import { isLargerFolder } from "./folder-size.js";
import type { WorkerProcess } from "./launcher.js";
import { enablePermissions } from "./node-options.js";

/** Whoever sets one of these has a folder of his own, wants none, or measures what a cache would hide. */
const OWN_VARIABLES = ["NODE_COMPILE_CACHE", "NODE_DISABLE_COMPILE_CACHE", "NODE_V8_COVERAGE"];
/** V8 ends a process so that reads what it does not understand. Not SIGABRT: so it ends one out of memory. */
const CRASHES: readonly (string | null)[] = ["SIGBUS", "SIGILL", "SIGSEGV", "SIGTRAP"];

/**
 * The folder a worker's Node is to keep its compiled code in; `undefined` where there is to be none, or can be none.
 *
 * @param options those of Node that it is started with
 */
export function planCompileCache(
  entry: string,
  env: Readonly<Record<string, string>>,
  options: readonly string[],
): string | undefined {
  const isFree = OWN_VARIABLES.every((name) => env[name] === undefined);
  // Under its permission model Node keeps nothing.
  const mayWrite = !enablePermissions(options);
  const isKnown = "enableCompileCache" in nodeModule && process.env.NODE_DISABLE_COMPILE_CACHE === undefined;
  return isFree && mayWrite && isKnown ? compileCacheFolder(entry) : undefined;
}

/** Starts since each folder was measured. */
const starts = new Map<string, number>();
const MAX_FOLDERS = 64;
/** Measuring takes as long as a tenth of a start, and what one worker adds is small. */
const STARTS_A_MEASURE = 32;

/**
 * Clears the folder when the worker crashes, or ends without a word, which may be for what is in it; and when that has outgrown
 * its bound, which the first of 32 starts looks at: a host may not live to see its worker end.
 */
export function tendCompileCache(
  worker: Pick<WorkerProcess, "stdout" | "onExit">,
  folder: string,
  maxBytes: number,
): void {
  const started = starts.get(folder) ?? 0;
  if (started === 0 && starts.size >= MAX_FOLDERS) starts.clear();
  starts.set(folder, (started + 1) % STARTS_A_MEASURE);
  if (started === 0) void clearOutgrown(folder, maxBytes);
  const { stdout } = worker as { readonly stdout: Readable & { readonly bytesRead?: number } };
  worker.onExit(({ signal }) => {
    if (CRASHES.includes(signal) || stdout.bytesRead === 0) clear(folder);
  });
}

/** Never rejects. */
export async function clearOutgrown(folder: string, maxBytes: number): Promise<void> {
  try {
    if (await isLargerFolder(folder, maxBytes)) clear(folder);
  } catch (error) {
    // A tree so deep that it has no path any more was not made by Node.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") clear(folder);
  }
}

function clear(folder: string): void {
  try {
    clearFolder(folder);
  } catch {
    // Somebody else did, or may do it alone.
  }
}
