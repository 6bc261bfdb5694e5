import { SECRET_INSPECTOR } from "@outrigger/protocol";

/**
 * Takes the options of the inspector out of `process.execArgv`, where the host has given some: they are for this process.
 * What the plugin forks would inherit them, and `node:cluster` counts the port up from 0, which Node refuses.
 *
 * Returns whether a host may open the inspector by `SIGUSR1` now, to see where this process hangs. A Node without one, or
 * under the permission model, would die of that signal or not heed it; a plugin that listens to it has it for itself.
 */
export function claimInspector(): () => boolean {
  const { execArgv } = process;
  const isOffered = SECRET_INSPECTOR.every((option) => execArgv.includes(option));
  if (isOffered) {
    for (const option of SECRET_INSPECTOR) execArgv.splice(execArgv.indexOf(option), 1);
  }
  return () =>
    isOffered &&
    process.features.inspector &&
    process.permission === undefined &&
    process.listenerCount("SIGUSR1") === 0;
}
