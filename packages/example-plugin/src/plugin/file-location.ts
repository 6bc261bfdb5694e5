import { realpath, stat } from "node:fs/promises";
import { basename, dirname, join, relative, sep } from "node:path";
import picomatch from "picomatch";
import { isBelow } from "../search/folder-scan.js";
import type { Settings } from "./settings.js";

/** Where a file is, seen from a set of folders. */
export type FileLocation =
  | { readonly kind: "inside"; readonly path: string; readonly folder: string; readonly name: string }
  /** In none of them, or left out by the settings. */
  | { readonly kind: "outside"; readonly path: string }
  | { readonly kind: "gone"; readonly path: string };

/** Finds the folder a file belongs to, by real paths: `..` and links lead nowhere they should not. */
export async function locateFile(
  file: string,
  folders: Iterable<string>,
  settings: Pick<Settings, "extensions" | "ignore" | "maxFileBytes">,
): Promise<FileLocation> {
  const path = await realpath(file).catch(() => undefined);
  const info = path === undefined ? undefined : await stat(path).catch(() => undefined);
  if (path === undefined || !info?.isFile()) {
    const parent = await realpath(dirname(file)).catch(() => dirname(file));
    return { kind: "gone", path: join(parent, basename(file)) };
  }
  if (info.size > settings.maxFileBytes) return { kind: "gone", path };
  const wanted = settings.extensions.some((extension) => path.toLowerCase().endsWith(extension));
  const ignored = picomatch([...settings.ignore], { dot: true });
  for (const folder of wanted ? folders : []) {
    const root = await realpath(folder).catch(() => folder);
    if (!isBelow(root, path)) continue;
    const name = relative(root, path).split(sep).join("/");
    const ancestors = name.split("/").map((_, depth, parts) => parts.slice(0, depth + 1).join("/"));
    if (!ancestors.some((part) => ignored(part))) return { kind: "inside", path, folder, name };
  }
  return { kind: "outside", path };
}
