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
  const [, given] = process.argv;
  if (given === undefined) return false;
  const path = resolve(given);
  const files = callersOf(callee).map(pathOf);
  // As a rule it is the same path, and nothing need be asked of the disk.
  if (files.includes(path)) return true;
  const entry = entryFile(path);
  return files.some((file) => realFile(file) === entry);
}

/** `process.argv[1]`, resolved, as Node understands it: `node .`, a name without its extension, a link of `node_modules/.bin`. */
function entryFile(path: string): string {
  try {
    return realFile(process.getBuiltinModule("node:module").createRequire(path).resolve(path));
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

function pathOf(file: string): string {
  try {
    return file.startsWith("file:") ? fileURLToPath(file) : file;
  } catch {
    return file;
  }
}

function realFile(path: string): string {
  try {
    // Imported as a module, `node:fs` loads all of its streams: 2 ms of every start.
    return process.getBuiltinModule("node:fs").realpathSync(path);
  } catch {
    // No file, or its folders may not be read (`--permission`): the path has to do.
    return path;
  }
}
