import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";

/** Of nice(1): the lowest priority. */
export const MAX_NICENESS = 19;
/** Without privileges one autogroup of a machine may be written in so many ms: who is refused tries again. */
const BUSY_MS = 100;
const MAX_TRIES = 200;

const AUTOGROUP = /^(\/autogroup-\d+) nice (-?\d+)$/m;

/**
 * Lowers the priority of a process: its niceness becomes this process's and `by` more, up to 19, unless it is that already.
 * The threads it has are included, and what it starts later. Never throws: where the system refuses, it stays as it is.
 * @param isGone whether its number may belong to somebody else by now
 */
export function lowerPriority(pid: number, by: number, isGone: () => boolean): void {
  const niceness = Math.min(MAX_NICENESS, getPriority() + by);
  for (const thread of threadsOf(pid)) {
    try {
      if (getPriority(thread) < niceness) setPriority(thread, niceness);
    } catch {
      // It ended, or is not ours to change.
    }
  }
  lowerAutogroup(pid, by, isGone);
}

/** Linux keeps a niceness for each of them, and takes the number of a process for its first. */
function threadsOf(pid: number): readonly number[] {
  if (process.platform !== "linux") return [pid];
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [];
  }
}

/**
 * Who leads a session of his own, as a worker does, may share processors by autogroup: niceness counts within it alone, and
 * it has one of its own. See sched(7).
 */
function lowerAutogroup(pid: number, by: number, isGone: () => boolean): void {
  const [own, its] = [autogroupOf("self"), autogroupOf(pid)];
  if (own === undefined || its === undefined || own.name === its.name) return;
  const niceness = Math.min(MAX_NICENESS, own.niceness + by);
  if (its.niceness >= niceness) return;
  whileBusy(() => writeFileSync(`/proc/${pid}/autogroup`, String(niceness)), isGone);
}

/** Writes until it was not refused as busy. */
export function whileBusy(write: () => void, isGone: () => boolean, tries = 1): void {
  if (isGone()) return;
  try {
    write();
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "EAGAIN" || tries === MAX_TRIES) return;
    setTimeout(whileBusy, BUSY_MS * (1 + Math.random()), write, isGone, tries + 1).unref();
  }
}

function autogroupOf(pid: number | "self"): { readonly name: string; readonly niceness: number } | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const [, name, niceness] = AUTOGROUP.exec(readFileSync(`/proc/${pid}/autogroup`, "latin1")) ?? [];
    return name === undefined ? undefined : { name, niceness: Number(niceness) };
  } catch {
    return undefined;
  }
}
