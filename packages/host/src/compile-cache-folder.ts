import { accessSync, constants, lstatSync, mkdirSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { COMPILE_CACHE } from "@outrigger/protocol";
import { clearFolder } from "./clear-folder.js";
import { isPrivate, mayKeepCode } from "./compile-cache-rules.js";
import { foldersAbove } from "./folders-above.js";

/**
 * The folder where Node may keep what it compiled of an entry and its imports: below the nearest `node_modules`, of this
 * user alone. `undefined` where there is none, or should be none.
 */
export function compileCacheFolder(entry: string): string | undefined {
  const user = process.geteuid?.();
  if (user === undefined) return undefined;
  try {
    const modules = nearestModules(entry);
    return modules === undefined ? undefined : folderIn(modules, entry, user);
  } catch {
    // It cannot be made, or was taken away meanwhile: code is compiled each time.
    return undefined;
  }
}

function folderIn(modules: string, entry: string, user: number): string | undefined {
  const folder = dirname(entry);
  const code = { entry: lstatSync(entry), folder: statSync(folder) };
  const packages = lstatSync(modules);
  if (!packages.isDirectory() || !mayKeepCode(user, { ...code, kept: [packages] })) return undefined;
  // What is mounted to be read only says so here alone.
  for (const path of [folder, modules]) accessSync(path, constants.W_OK);
  const shared = join(modules, ".cache");
  const tools = madeFolder(shared, 0o755);
  if (!tools.isDirectory() || !mayKeepCode(user, { ...code, kept: [packages, tools] })) return undefined;
  return ownFolder(join(shared, `${COMPILE_CACHE}-${user}`), user);
}

function nearestModules(entry: string): string | undefined {
  return foldersAbove(entry)
    .map((folder) => join(folder, "node_modules"))
    .find((modules) => statSync(modules, { throwIfNoEntry: false })?.isDirectory() === true);
}

/** One that others could get at is made anew: Node makes such, in place of one that was taken away while it started. */
function ownFolder(path: string, user: number): string | undefined {
  const stats = madeFolder(path, 0o700);
  if (!stats.isDirectory() || stats.uid !== user) return undefined;
  if (!isPrivate(stats)) clearFolder(path);
  return path;
}

function madeFolder(path: string, mode: number): Stats {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats !== undefined) return stats;
  mkdirSync(path, { mode });
  return lstatSync(path);
}
