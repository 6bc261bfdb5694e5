import { readdirSync, readFileSync } from "node:fs";

/** The processes that have `token` in their environment, zombies left out: a hostile worker's tree, detached ones too. */
export function processesWith(token: string): { readonly pid: number; readonly command: string }[] {
  const found: { pid: number; command: string }[] = [];
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      if (!readFileSync(`/proc/${name}/environ`, "latin1").includes(token)) continue;
      const command = readFileSync(`/proc/${name}/cmdline`, "utf8").replaceAll("\0", " ").trim();
      if (command !== "") found.push({ pid: Number(name), command: command.slice(0, 200) });
    } catch {
      // Gone meanwhile, or somebody else's.
    }
  }
  return found;
}

/** Waits until none of them is left, but no longer than `ms`. Returns those that are. */
export async function leftAfter(token: string, ms: number): Promise<ReturnType<typeof processesWith>> {
  const until = performance.now() + ms;
  for (;;) {
    const left = processesWith(token);
    if (left.length === 0 || performance.now() > until) return left;
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}
