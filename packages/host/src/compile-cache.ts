import * as nodeModule from "node:module";
import type { Readable } from "node:stream";
import { clearFolder } from "./clear-folder.js";
import { compileCacheFolder } from "./compile-cache-folder.js";
import { isLargerFolder } from "./folder-size.js";
import type { WorkerProcess } from "./launcher.js";
import { findOption } from "./node-options.js";

/** Whoever sets one of these has a folder of his own, wants none, or measures what a cache would hide. */
const OWN_VARIABLES = ["NODE_COMPILE_CACHE", "NODE_DISABLE_COMPILE_CACHE", "NODE_V8_COVERAGE"];
/** Under its permission model Node keeps nothing. */
const PERMISSIONS = /^--(?:experimental-)?permission/;
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
  const isFree =
    OWN_VARIABLES.every((name) => env[name] === undefined) && findOption(options, PERMISSIONS) === undefined;
  const isKnown = "enableCompileCache" in nodeModule && process.env.NODE_DISABLE_COMPILE_CACHE === undefined;
  return isFree && isKnown ? compileCacheFolder(entry) : undefined;
}

const known = new Set<string>();
const MAX_KNOWN = 64;

/**
 * Clears the folder when the worker crashes, or ends without a word, which may be for what is in it; and when that has outgrown
 * its bound: looked at with the first worker, since a host may not live to see it end, and with each that ends.
 */
export function tendCompileCache(
  worker: Pick<WorkerProcess, "stdout" | "onExit">,
  folder: string,
  maxBytes: number,
): void {
  if (!known.has(folder)) {
    if (known.size === MAX_KNOWN) known.clear();
    known.add(folder);
    void clearOutgrown(folder, maxBytes);
  }
  const { stdout } = worker as { readonly stdout: Readable & { readonly bytesRead?: number } };
  worker.onExit(({ signal }) => {
    if (CRASHES.includes(signal) || stdout.bytesRead === 0) clear(folder);
    else void clearOutgrown(folder, maxBytes);
  });
}

const measured = new Set<string>();

/** Never rejects. Of a folder that is being measured nothing more is done. */
export async function clearOutgrown(folder: string, maxBytes: number): Promise<void> {
  if (measured.has(folder)) return;
  measured.add(folder);
  try {
    if (await isLargerFolder(folder, maxBytes)) clear(folder);
  } catch (error) {
    // A tree so deep that it has no path any more was not made by Node.
    if ((error as NodeJS.ErrnoException).code !== "ENOENT") clear(folder);
  } finally {
    measured.delete(folder);
  }
}

function clear(folder: string): void {
  try {
    clearFolder(folder);
  } catch {
    // Somebody else did, or may do it alone.
  }
}
