import { readFileSync } from "node:fs";
import { constants } from "node:os";

let isSeen: boolean | undefined;

/** Whether it can be seen which signals a process catches: on Linux, with its `/proc`. Asked once. */
export function canSeeSignals(): boolean {
  isSeen ??= caughtSignals("self") !== undefined;
  return isSeen;
}

/**
 * Whether a process has a handler for a signal, so that it does not die of it; `false` where nobody can see that. A Node has
 * one for SIGUSR1, until a plugin takes a listener of its own away again.
 */
export function catchesSignal(pid: number | undefined, signal: NodeJS.Signals): boolean {
  const caught = caughtSignals(pid) ?? 0n;
  return ((caught >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
}

function caughtSignals(pid: number | "self" | undefined): bigint | undefined {
  try {
    const mask = /^SigCgt:\s+([0-9a-f]+)$/m.exec(readFileSync(`/proc/${pid}/status`, "latin1"))?.[1];
    return mask === undefined ? undefined : BigInt(`0x${mask}`);
  } catch {
    return undefined;
  }
}
