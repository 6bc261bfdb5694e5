import type { Dirent } from "node:fs";
import { readdir, realpath, stat } from "node:fs/promises";
import { isAbsolute, join, relative, sep } from "node:path";
import picomatch from "picomatch";

/** A file found, or something that was left out and why. */
export type Scanned =
  | {
      readonly kind: "file";
      /** Absolute, without symbolic links: the same file has the same path however it was reached. */
      readonly path: string;
      /** As reached from the folder, with `/`. */
      readonly name: string;
      readonly bytes: number;
    }
  | { readonly kind: "skipped"; readonly name: string; readonly reason: SkipReason; readonly message: string };

type SkipReason = "unreadable" | "outside" | "too-large" | "too-deep" | "too-many";

export interface ScanOptions {
  /** With the dot, in lower case. Default `.md`, `.markdown`, `.mdx`. */
  readonly extensions?: readonly string[];
  /** Globs over names relative to the folder. Default: all folders `node_modules` and `.git`. */
  readonly ignore?: readonly string[];
  /** Larger files are skipped. Default 1 MiB. */
  readonly maxFileBytes?: number;
  /** The scan ends after so many files. Default 20,000. */
  readonly maxFiles?: number;
  /** The scan ends after so many folders. Default 100,000. */
  readonly maxFolders?: number;
  /** Folders below it are skipped. Default 32. */
  readonly maxDepth?: number;
  readonly signal?: AbortSignal | undefined;
}

export const DEFAULT_SCAN = {
  extensions: [".md", ".markdown", ".mdx"],
  ignore: ["**/node_modules/**", "**/.git/**"],
  maxFileBytes: 1024 * 1024,
  maxFiles: 20_000,
  maxFolders: 100_000,
  maxDepth: 32,
} as const;

interface Folder {
  readonly name: string;
  readonly path: string;
  readonly depth: number;
}

/**
 * The Markdown files under a folder, nearest first. Symbolic links inside the folder are followed and every file and
 * folder is visited once, so that cycles end and pnpm's `node_modules`, a forest of links, gives each file once under its
 * shortest name. Links that lead out of the folder are not followed: nobody asked for what is there.
 *
 * @throws the file system's error when the folder itself cannot be read, `signal.reason` when aborted.
 */
export async function* scanFolder(folder: string, options: ScanOptions = {}): AsyncGenerator<Scanned> {
  const { extensions, ignore, maxFileBytes, maxFiles, maxFolders, maxDepth, signal } = { ...DEFAULT_SCAN, ...options };
  const ignored = picomatch([...ignore], { dot: true });
  const root = await realpath(folder);
  const visited = new Set([root]);
  const queue: Folder[] = [{ name: "", path: root, depth: 0 }];
  let files = 0;
  let folders = 1;

  for (let current = queue.shift(); current; current = queue.shift()) {
    signal?.throwIfAborted();
    const entries = await entriesOf(current);
    if ("kind" in entries) {
      yield entries;
      continue;
    }
    for (const entry of entries) {
      const name = current.name === "" ? entry.name : `${current.name}/${entry.name}`;
      if (ignored(name)) continue;
      const wanted = extensions.some((extension) => entry.name.toLowerCase().endsWith(extension));
      if (entry.isFile() && !wanted) continue;
      const found = await resolve(join(current.path, entry.name), name, entry, wanted);
      if (found === undefined) continue;
      if ("kind" in found) {
        yield found;
        continue;
      }
      if (visited.has(found.path)) continue;
      if (!isBelow(root, found.path)) {
        yield skipped(name, "outside", `a link to ${found.path}`);
        continue;
      }
      visited.add(found.path);
      if (found.folder) {
        if (current.depth >= maxDepth) {
          yield skipped(name, "too-deep", `more than ${maxDepth} folders deep`);
        } else if (folders === maxFolders) {
          yield skipped(name, "too-many", `and whatever follows: the limit is ${maxFolders} folders`);
          return;
        } else {
          folders++;
          queue.push({ name, path: found.path, depth: current.depth + 1 });
        }
      } else if (found.bytes > maxFileBytes) {
        yield skipped(name, "too-large", `${found.bytes} bytes, the limit is ${maxFileBytes}`);
      } else if (files === maxFiles) {
        yield skipped(name, "too-many", `and whatever follows: the limit is ${maxFiles} files`);
        return;
      } else {
        files++;
        yield { kind: "file", path: found.path, name, bytes: found.bytes };
      }
    }
  }
}

async function entriesOf(folder: Folder): Promise<Dirent[] | Scanned> {
  try {
    const entries = await readdir(folder.path, { withFileTypes: true });
    return entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  } catch (error) {
    if (folder.depth === 0) throw error;
    return skipped(folder.name, "unreadable", String(error));
  }
}

async function resolve(path: string, name: string, entry: Dirent, wanted: boolean) {
  if (entry.isDirectory()) return { path, folder: true, bytes: 0 };
  if (!entry.isFile() && !entry.isSymbolicLink()) return undefined;
  try {
    const target = entry.isSymbolicLink() ? await realpath(path) : path;
    const stats = await stat(target);
    if (stats.isDirectory()) return { path: target, folder: true, bytes: 0 };
    return stats.isFile() && wanted ? { path: target, folder: false, bytes: stats.size } : undefined;
  } catch (error) {
    return wanted ? skipped(name, "unreadable", String(error)) : undefined;
  }
}

/** Whether `path` is below `folder`; both absolute, without links. */
export function isBelow(folder: string, path: string): boolean {
  const below = relative(folder, path);
  return below !== "" && below !== ".." && !below.startsWith(`..${sep}`) && !isAbsolute(below);
}

function skipped(name: string, reason: SkipReason, message: string): Scanned {
  return { kind: "skipped", name, reason, message };
}
