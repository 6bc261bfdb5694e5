import { existsSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

/** The `node_modules` of the repository this file is in. */
export function dependencyFolder(from = import.meta.url): string {
  const start = dirname(fileURLToPath(from));
  for (let folder = start; folder !== dirname(folder); folder = dirname(folder)) {
    if (existsSync(join(folder, "pnpm-workspace.yaml"))) return join(folder, "node_modules");
  }
  return join(start, "node_modules");
}
