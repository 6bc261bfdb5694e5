import { describeHang, type HangReport } from "@outrigger/protocol";
import { listed } from "@outrigger/protocol/authority";
import { codeHint } from "./exit-codes.js";
import type { ExitReason } from "./exit-reason.js";

/** One sentence: what happened, and what to do about it. */
export function describeExit(exit: ExitReason): string {
  switch (exit.reason) {
    case "requested":
      return "it was asked to end";
    case "exit-code":
      return `it ended by itself with exit code ${exit.code}${codeHint(exit.code)}; its stderr may say why`;
    case "signal":
      return `it was ended by ${exit.signal}${SIGNAL_HINTS[exit.signal] ?? ""}`;
    case "heap-out-of-memory":
      return "its JavaScript heap is full: look for a leak, or raise limits.heapMb";
    case "memory-limit":
      return `it used ${Math.round(exit.rssMb)} MiB of memory, limits.rssMb is ${exit.limitMb}: look for a leak, or raise the limit`;
    case "startup-failed":
      return `it failed to start: ${exit.message}`;
    case "never-served":
      return `the entry ended without calling serve(plugin)${stray(exit.strayLines)}: call serve from @outrigger/worker-sdk at the end of the entry file, and await nothing before it that may never settle`;
    case "handshake-mismatch":
      return `host and plugin do not fit: ${exit.message}`;
    case "capabilities-missing":
      return `its plugin needs capabilities it was not granted: ${listed(exit.missing)}; add them to capabilities where the worker is started, if it may have them`;
    case "initialize-timeout":
      return exit.initialized
        ? `it answered initialize, but its setup was not done within ${exit.timeoutMs} ms${stray(exit.strayLines)}${stuck(exit.hang)}: look in setup for what never settles; raise timeouts.initializeMs if it must take longer`
        : `it did not answer initialize within ${exit.timeoutMs} ms${stray(exit.strayLines)}${stuck(exit.hang)}: the entry never called serve(plugin), or was busy before it; ${exit.strayLines > 0 ? "its stdout must carry the protocol only; " : ""}raise timeouts.initializeMs if it must take longer`;
    case "unresponsive":
      return `it answered no ping for ${Math.round(exit.silentMs)} ms${stuck(exit.hang)}: ${unresponsiveAdvice(exit.hang)}`;
    case "cancel-ignored":
      return `it went on with ${exit.method} for ${Math.round(exit.ignoredMs)} ms after that was cancelled: have the handler heed ctx.signal, or raise cancel.graceMs`;
    case "protocol-violation":
      return `it broke the protocol: ${exit.message}`;
    case "stdin-closed":
      return `its pipes broke while it was alive: ${exit.message}; a worker must keep stdin and stdout open until it exits`;
    case "integrity-mismatch":
      return `its entry ${exit.file} is not what was pinned: expected ${exit.expected}, got ${exit.actual}; nothing was run. Restore the file, or, if the change is meant, start it with the new hash as integrity`;
    case "spawn-failed":
      return `it could not be started: ${exit.message}`;
  }
}

/** The message of a failure: whose, why, and the end of its stderr, once. */
export function exitMessage(workerId: string, reason: ExitReason, tail: string): string {
  const sentence = `worker ${workerId}: ${describeExit(reason)}`;
  const stderr = tail.trim();
  return stderr === "" ? sentence : `${sentence}\n--- end of its stderr ---\n${stderr}`;
}

function unresponsiveAdvice(hang: HangReport | undefined): string {
  if (hang === undefined)
    return "its event loop is blocked, by an endless loop or long synchronous work, or its process is stopped";
  return "its event loop is blocked, look there for an endless loop or long synchronous work; liveness.unresponsiveAfterMs says how long it may be";
}

function stuck(hang: HangReport | undefined): string {
  return hang === undefined ? "" : `; its main thread stood still${describeHang(hang)}`;
}

function stray(lines: number): string {
  if (lines === 0) return "";
  return `, and wrote ${lines === 1 ? "a line" : `${lines} lines`} to stdout that ${lines === 1 ? "is no message" : "are no messages"}`;
}

const SIGNAL_HINTS: { readonly [S in NodeJS.Signals]?: string } = {
  SIGKILL: ", not by this host: often the system's out-of-memory killer",
  SIGSEGV: ": a native crash, look at its native modules",
  SIGBUS: ": a native crash, look at its native modules",
  SIGILL: ": a native crash, look at its native modules",
  SIGABRT: ": it aborted, its stderr says why",
  SIGTERM: ", sent from outside",
  SIGINT: ", sent from outside",
  SIGHUP: ", sent from outside",
};
