import { existsSync } from "node:fs";
import { join } from "node:path";
import { foldersAbove } from "./folders-above.js";

/**
 * What a Node must read to run an entry: its folder, and what resolving its imports looks at in the folders above, which is
 * each `node_modules` and `package.json`.
 */
export function codePaths(entry: string): readonly string[] {
  const [folder, ...above] = foldersAbove(entry);
  const lookedAt = above.flatMap((one) => [join(one, "node_modules"), join(one, "package.json")]);
  return [folder, ...lookedAt.filter((path) => existsSync(path))];
}
