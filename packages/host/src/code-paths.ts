import { existsSync } from "node:fs";
import { dirname, join } from "node:path";

/**
 * What a Node must read to run an entry: its folder, and what resolving its imports looks at in the folders above, which is
 * each `node_modules` and `package.json`.
 */
export function codePaths(entry: string): readonly string[] {
  const folder = dirname(entry);
  const paths = [folder];
  for (let above = dirname(folder), below = folder; above !== below; below = above, above = dirname(above)) {
    paths.push(...["node_modules", "package.json"].map((name) => join(above, name)).filter((path) => existsSync(path)));
  }
  return paths;
}
