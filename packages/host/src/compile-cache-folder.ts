import { lstatSync, mkdirSync, type Stats, statSync } from "node:fs";
import { dirname, join } from "node:path";
import { COMPILE_CACHE } from "@outrigger/protocol";

const FOR_OTHERS = 0o002;
const FOR_THE_GROUP = 0o020;
const FOR_ANYBODY_ELSE = 0o077;

/**
 * The folder where Node may keep what it compiled of an entry and its imports: below the nearest `node_modules`, of this
 * user alone. What is in it is run, so there is none for anybody who could not replace the packages just as well.
 */
export function compileCacheFolder(entry: string): string | undefined {
  const user = process.geteuid?.();
  if (user === undefined) return undefined;
  try {
    const modules = nearestModules(entry);
    if (modules === undefined) return undefined;
    const packages = lstatSync(modules);
    const owners = [user, 0, statSync(entry).uid];
    if (!isKept(packages, owners) || !isOurs(packages, user)) return undefined;
    const shared = join(modules, ".cache");
    if (!isKept(madeFolder(shared, 0o755), [user, 0, packages.uid])) return undefined;
    const own = join(shared, `${COMPILE_CACHE}-${user}`);
    const stats = madeFolder(own, 0o700);
    return stats.isDirectory() && stats.uid === user && (stats.mode & FOR_ANYBODY_ELSE) === 0 ? own : undefined;
  } catch {
    // It cannot be made, or was taken away meanwhile: code is compiled each time.
    return undefined;
  }
}

function nearestModules(entry: string): string | undefined {
  for (let below = entry, folder = dirname(entry); folder !== below; below = folder, folder = dirname(folder)) {
    const modules = join(folder, "node_modules");
    if (statSync(modules, { throwIfNoEntry: false })?.isDirectory() === true) return modules;
  }
  return undefined;
}

/** A folder, no link to one, that nobody may write to but these owners, and a group that is this user's. */
function isKept(stats: Stats, owners: readonly number[]): boolean {
  if (!stats.isDirectory() || !owners.includes(stats.uid) || (stats.mode & FOR_OTHERS) !== 0) return false;
  return (stats.mode & FOR_THE_GROUP) === 0 || stats.gid === process.getegid?.();
}

/** Who may not write to a folder that is kept is of neither its owner nor its group. */
const isOurs = (stats: Stats, user: number): boolean =>
  user === 0 || stats.uid === user || (stats.mode & FOR_THE_GROUP) !== 0;

function madeFolder(path: string, mode: number): Stats {
  const stats = lstatSync(path, { throwIfNoEntry: false });
  if (stats !== undefined) return stats;
  mkdirSync(path, { mode });
  return lstatSync(path);
}
