import { dirname } from "node:path";

/** The folder of a file, and those above it, up to the root. */
export function foldersAbove(file: string): readonly [string, ...string[]] {
  const folders: [string, ...string[]] = [dirname(file)];
  for (let above = dirname(folders[0]), below = folders[0]; above !== below; below = above, above = dirname(above)) {
    folders.push(above);
  }
  return folders;
}
