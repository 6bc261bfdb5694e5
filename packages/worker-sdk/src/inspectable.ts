/** What a host has said to a Node whose inspector it may open: its address is told on stderr and nowhere else. */
const SECRET_ADDRESS = "--inspect-publish-uid=stderr";

/**
 * Whether a host may open V8's inspector in this process by `SIGUSR1`, to see where it hangs. A Node without an inspector,
 * or one under the permission model, would die of that signal or not heed it; a plugin that listens to it has it for itself.
 */
export function isInspectable(): boolean {
  return (
    process.platform !== "win32" &&
    process.features.inspector &&
    process.permission === undefined &&
    process.execArgv.includes(SECRET_ADDRESS) &&
    process.listenerCount("SIGUSR1") === 0
  );
}
