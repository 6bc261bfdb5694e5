import { readdirSync, readFileSync } from "node:fs";

const read = (path: string): string | undefined => {
  try {
    return readFileSync(path, "utf8");
  } catch {
    return undefined;
  }
};

/** All processes below this one; none where there is no /proc. */
export function descendants(root = process.pid): number[] {
  const parents = new Map<number, number[]>();
  let entries: string[] = [];
  try {
    entries = readdirSync("/proc");
  } catch {}
  for (const entry of entries) {
    if (!/^\d+$/.test(entry)) continue;
    const stat = read(`/proc/${entry}/stat`);
    // The name in brackets may hold anything; the parent is the second word behind it.
    const parent = Number(stat?.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
    parents.set(parent, [...(parents.get(parent) ?? []), Number(entry)]);
  }
  const below = (pid: number): number[] => (parents.get(pid) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(root);
}

export interface Memory {
  readonly privateMiB: number;
  readonly pssMiB: number;
}

/** Memory of processes together; `undefined` when it cannot be told. */
export function memoryOf(pids: readonly number[]): Memory | undefined {
  let [privateKiB, pssKiB] = [0, 0];
  for (const pid of pids) {
    const rollup = read(`/proc/${pid}/smaps_rollup`);
    if (rollup === undefined) return undefined;
    const field = (name: string): number => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, "m").exec(rollup)?.[1] ?? 0);
    privateKiB += field("Private_Clean") + field("Private_Dirty");
    pssKiB += field("Pss");
  }
  return pids.length === 0 ? undefined : { privateMiB: privateKiB / 1024, pssMiB: pssKiB / 1024 };
}

/** CPU time of processes so far in ms, all threads alive. */
export function cpuMsOf(pids: readonly number[]): number | undefined {
  let ns = 0;
  for (const pid of pids) {
    let threads: string[];
    try {
      threads = readdirSync(`/proc/${pid}/task`);
    } catch {
      return undefined;
    }
    for (const thread of threads) ns += Number(read(`/proc/${pid}/task/${thread}/schedstat`)?.split(" ")[0] ?? 0);
  }
  return pids.length === 0 ? undefined : ns / 1e6;
}
