import { rmSync } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import * as nodeModule from "node:module";
import { join } from "node:path";
import { compileCacheFolder } from "./compile-cache-folder.js";
import type { WorkerProcess } from "./launcher.js";

/** Whoever sets one of these has a folder of his own, wants none, or measures what a cache would hide. */
const OWN_PLANS = ["NODE_COMPILE_CACHE", "NODE_DISABLE_COMPILE_CACHE", "NODE_V8_COVERAGE"];
/** V8 ends a process that reads a cache it does not understand. */
const CRASHES: readonly (string | null)[] = ["SIGABRT", "SIGBUS", "SIGILL", "SIGSEGV", "SIGTRAP"];

/** Of the workers that end, one in so many has the folder measured: what each adds is small. */
const MEASURED = 64;
let ended = 0;

/** The folder a worker's Node is to keep its compiled code in; `undefined` where there is to be none, or can be none. */
export function planCompileCache(entry: string, env: Readonly<Record<string, string>>): string | undefined {
  const isWanted = OWN_PLANS.every((name) => env[name] === undefined);
  const isKnown = "enableCompileCache" in nodeModule && process.env.NODE_DISABLE_COMPILE_CACHE === undefined;
  return isWanted && isKnown ? compileCacheFolder(entry) : undefined;
}

/** Clears the folder when the worker crashes, which it may have done of what is in it, and when it has outgrown its bound. */
export function tendCompileCache(worker: WorkerProcess, folder: string, maxBytes: number): void {
  worker.onExit(({ signal }) => {
    if (CRASHES.includes(signal)) clear(folder);
    else if (ended++ % MEASURED === 0) void clearOutgrown(folder, maxBytes);
  });
}

/** Never rejects. */
export async function clearOutgrown(folder: string, maxBytes: number): Promise<void> {
  try {
    let bytes = 0;
    for (const name of await readdir(folder, { recursive: true })) bytes += (await stat(join(folder, name))).size;
    if (bytes > maxBytes) clear(folder);
  } catch {
    // It is gone, or being written to.
  }
}

function clear(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch {
    // A file that was written meanwhile.
  }
}
