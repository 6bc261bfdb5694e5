import { realpathSync } from "node:fs";
import { createRequire } from "node:module";
import { resolve } from "node:path";
import { fileURLToPath } from "node:url";

/** How Node names the frames that load modules: below them stands who imports, above them who runs. */
const LOADER = /^node:internal\/(?:modules|process)\//;
const MAX_FRAMES = 200;

/**
 * Whether `callee` was called by the file this process was started with, and not by a file that was imported. The file
 * need not be the direct caller: a kit's `run(handlers)` that calls `callee` counts as the file that calls the kit.
 */
export function isCalledByEntry(callee: (...args: never[]) => unknown): boolean {
  const entry = entryFile();
  return entry !== undefined && callersOf(callee).some((file) => realFile(file) === entry);
}

/** `process.argv[1]` as Node understands it: `node .`, a name without its extension, a link of `node_modules/.bin`. */
function entryFile(): string | undefined {
  const [, given] = process.argv;
  if (given === undefined) return undefined;
  const path = resolve(given);
  try {
    return realpathSync(createRequire(path).resolve(path));
  } catch {
    return realFile(path);
  }
}

/** The files that run, from `callee` up to the module whose evaluation this is. */
function callersOf(callee: (...args: never[]) => unknown): readonly string[] {
  const { prepareStackTrace, stackTraceLimit } = Error;
  const holder: { stack?: unknown } = {};
  try {
    Error.stackTraceLimit = MAX_FRAMES;
    Error.prepareStackTrace = (_, sites) => sites.map((site) => site.getFileName() ?? site.getEvalOrigin() ?? "");
    Error.captureStackTrace(holder, callee);
    // The frames are read, and formatted, on first access.
    const files = holder.stack as string[];
    const loader = files.findIndex((file) => LOADER.test(file));
    return loader === -1 ? files : files.slice(0, loader);
  } catch {
    // `Error` is frozen (`--frozen-intrinsics`): nobody knows who called.
    return [];
  } finally {
    if (!Object.isFrozen(Error)) Object.assign(Error, { prepareStackTrace, stackTraceLimit });
  }
}

function realFile(file: string): string {
  let path = file;
  try {
    if (file.startsWith("file:")) path = fileURLToPath(file);
    return realpathSync(path);
  } catch {
    // No file, or its folders may not be read (`--permission`): the path has to do.
    return path;
  }
}
