import { execFile } from "node:child_process";
import { join } from "node:path/win32";

/**
 * Signals a process and what it started. On POSIX the process must lead its own group (`detached`), and its group is
 * signalled, so that what left the group on purpose (`setsid`) is not reached; on Windows, where there are no signals, its tree is ended. Never throws: a process that is gone is what
 * was wanted, and nobody can act on a refusal.
 */
export function killTree(pid: number, signal: NodeJS.Signals): void {
  // 0 and 1 name the host's own group and everything there is.
  if (!Number.isSafeInteger(pid) || pid <= 1) return;
  if (process.platform === "win32") {
    const taskkill = join(process.env.SystemRoot ?? "C:\\Windows", "System32", "taskkill.exe");
    execFile(taskkill, ["/pid", String(pid), "/T", "/F"], { windowsHide: true }, () => {});
    return;
  }
  try {
    process.kill(-pid, signal);
  } catch {
    // ESRCH: gone. EPERM: only zombies (macOS), or processes that changed their user.
  }
}
