import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import type { CellAnswer, CellTask } from "./cell.js";

/** A peer that hangs is a failed cell, not a hung bench. */
const CELL_TIMEOUT_MS = 180_000;

export type CellResult = { readonly answer: CellAnswer } | { readonly failure: string };

/** Measures in a fresh process; `folder` has the built bench whose code is measured. */
export async function runCell(
  folder: string,
  prefix: readonly string[],
  task: CellTask,
  timeoutMs = CELL_TIMEOUT_MS,
): Promise<CellResult> {
  const [command, ...args] = [...prefix, process.execPath, join(folder, "cell.js"), JSON.stringify(task)];
  const child = spawn(command as string, args, { stdio: ["ignore", "pipe", "pipe"], detached: true });
  const timer = setTimeout(() => killGroup(child.pid), timeoutMs);
  const closed = once(child, "close");
  const [output, errors] = await Promise.all([text(child.stdout), text(child.stderr)]);
  const [code, signal] = (await closed) as [number | null, string | null];
  clearTimeout(timer);
  killGroup(child.pid);
  if (code === 0) return { answer: JSON.parse(output) as CellAnswer };
  return { failure: `${task.peer}: ${signal ?? `exit code ${code}`}\n${errors.trim().slice(-2000)}` };
}

/** The cell and what it left behind. */
function killGroup(pid: number | undefined): void {
  try {
    if (pid !== undefined) process.kill(-pid, "SIGKILL");
  } catch {
    // Nothing is left.
  }
}
