import { spawn } from "node:child_process";
import { mkdirSync, renameSync } from "node:fs";
import { rm } from "node:fs/promises";

let cleared = 0;

/**
 * Puts an empty folder, for this user alone, in place of one, at once. What was in it is removed behind that, by a process of its
 * own: a plugin may have put a million files there.
 * @throws Error of the file system
 */
export function clearFolder(path: string): void {
  const old = `${path}.${process.pid}.${++cleared}`;
  renameSync(path, old);
  const removal = spawn("rm", ["-rf", old], { stdio: "ignore" });
  // Where there is no such command.
  removal.on("error", () => void rm(old, { recursive: true, force: true }).catch(() => {}));
  removal.unref();
  mkdirSync(path, { mode: 0o700 });
}
