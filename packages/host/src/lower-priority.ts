import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { getPriority, setPriority } from "node:os";
import { systemClock } from "@outrigger/protocol";

/** Of nice(1): the lowest priority. */
export const MAX_NICENESS = 19;

/**
 * Lowers the priority of a process: its niceness becomes this process's and `by` more, up to 19, unless it is that already.
 * The threads it has are included, and what it starts later. Never throws: where the system refuses, it stays as it is.
 * @param isGone whether its number may belong to somebody else by now
 */
export function lowerPriority(pid: number, by: number, isGone: () => boolean): void {
  if (isGone()) return;
  const niceness = Math.min(MAX_NICENESS, getPriority() + by);
  for (const thread of threadsOf(pid)) {
    try {
      if (getPriority(thread) < niceness) setPriority(thread, niceness);
    } catch {
      // It ended, or is not ours to change.
    }
  }
  const [own, its] = [autogroupOf("self"), autogroupOf(pid)];
  if (own === undefined || its === undefined || own.name === its.name) return;
  const groupNiceness = Math.min(MAX_NICENESS, own.niceness + by);
  if (its.niceness >= groupNiceness) return;
  lineUp(() => {
    if (!isGone()) writeFileSync(`/proc/${pid}/autogroup`, String(groupNiceness));
  });
}

/** Linux keeps a niceness for each of them, and takes the number of a process for its first. */
function threadsOf(pid: number): readonly number[] {
  if (process.platform !== "linux") return [pid];
  try {
    return readdirSync(`/proc/${pid}/task`).map(Number);
  } catch {
    return [pid];
  }
}

/**
 * Who leads a session of his own, as a worker does, may share processors by autogroup: niceness counts within it alone, and
 * it has one of its own. See sched(7). What is in none, as before the first session, has an empty file.
 */
function autogroupOf(pid: number | "self"): { readonly name: string; readonly niceness: number } | undefined {
  if (process.platform !== "linux") return undefined;
  try {
    const [, name = "", niceness = "0"] = AUTOGROUP.exec(readFileSync(`/proc/${pid}/autogroup`, "latin1")) ?? [];
    return { name, niceness: Number(niceness) };
  } catch {
    return undefined;
  }
}

const AUTOGROUP = /^(\/autogroup-\d+) nice (-?\d+)$/m;

/** Without privileges one autogroup of a machine may be written in so many ms. */
const BUSY_MS = 100;
/** No more than there are processes of workers: those that are gone write nothing when it is their turn. */
const waiting: (() => void)[] = [];

/** Writes when those before have written, again and again while the system says it is busy. */
export function lineUp(write: () => void): void {
  if (waiting.push(write) === 1) writeWaiting();
}

function writeWaiting(): void {
  for (let write = waiting[0]; write !== undefined; write = waiting[0]) {
    try {
      write();
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code === "EAGAIN") {
        systemClock.setTimer(writeWaiting, BUSY_MS, true);
        return;
      }
    }
    waiting.shift();
  }
}
