import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";

export type Placement = "shared" | "free";

/** The last core this process may use: the first ones have the most to do besides. */
function lastCore(): string | undefined {
  try {
    const list = /^Cpus_allowed_list:\s+(.+)$/m.exec(readFileSync("/proc/self/status", "utf8"))?.[1];
    return list?.split(/[,-]/).at(-1);
  } catch {
    return undefined;
  }
}

/**
 * The words before a command that put it and all its children on one core; none for `free`, `undefined` when this
 * machine cannot do it.
 */
export function placementPrefix(placement: Placement): readonly string[] | undefined {
  if (placement === "free") return [];
  const core = lastCore();
  if (core === undefined) return undefined;
  const prefix = ["taskset", "-c", core];
  const [command, ...args] = prefix;
  return spawnSync(command as string, [...args, "true"]).status === 0 ? prefix : undefined;
}
