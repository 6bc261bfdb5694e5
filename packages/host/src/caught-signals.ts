import { readFileSync } from "node:fs";
import { constants } from "node:os";

/**
 * Whether a process has a handler for a signal, so that it does not die of it; Linux only, `false` elsewhere. A Node has
 * one for SIGUSR1, until a plugin takes a listener of its own away again.
 */
export function catchesSignal(pid: number | undefined, signal: NodeJS.Signals): boolean {
  try {
    const mask = /^SigCgt:\s+([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
    return ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
  } catch {
    return false;
  }
}
