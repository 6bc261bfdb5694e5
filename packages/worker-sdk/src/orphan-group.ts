/** How long the last moments of a dying host may take, from the end of its pipes to the end of its process, ms. */
export const HOST_EXIT_MS = 50;

/**
 * Has what this process started end with it when its parent is gone: nobody is left to do it. On the process's exit, so
 * that a plugin that exits by itself does it too; where the main thread hangs, the host's reaper does, or the guard
 * thread. Reaches the process group that this process leads; a child in a group or session of its own is out of reach.
 */
export function endGroupWhenOrphaned(): void {
  if (process.platform === "win32") return;
  const parent = process.ppid;
  process.on("exit", () => {
    if (process.ppid === parent) return;
    try {
      process.kill(-process.pid, "SIGKILL");
    } catch {
      // It leads no group.
    }
  });
}
