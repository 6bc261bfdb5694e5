import type { HangReport } from "@outrigger/protocol";
import { codeHint, earlyExitAdvice } from "./exit-codes.js";
import { IntegrityError } from "./integrity-error.js";
import type { ProcessExit } from "./launcher.js";

/** Why the host itself ended a worker, or gave up on it. */
export type HostCause =
  /** Its resident memory passed `limits.rssMb`. */
  | { readonly reason: "memory-limit"; readonly rssMb: number; readonly limitMb: number }
  /** It answered `initialize` or `initialized` with an error, or could not take them. */
  | { readonly reason: "startup-failed"; readonly message: string }
  /** Protocol, contract name or contract version do not fit. */
  | { readonly reason: "handshake-mismatch"; readonly message: string }
  /** It was not granted what its plugin needs, and `missingCapabilities` says refuse. */
  | { readonly reason: "capabilities-missing"; readonly missing: readonly string[] }
  | { readonly reason: "initialize-timeout"; readonly timeoutMs: number }
  /** It answered no ping. */
  | {
      readonly reason: "unresponsive";
      readonly silentMs: number;
      /** Where its main thread stood still, if that could be seen. */
      readonly hang?: HangReport | undefined;
    }
  /** It went on with a call that was cancelled, and `cancel.onIgnored` says restart. */
  | { readonly reason: "cancel-ignored"; readonly method: string; readonly ignoredMs: number }
  /** It sent something that no worker may: a message past the cap, attachments that do not fit their header. */
  | { readonly reason: "protocol-violation"; readonly message: string }
  /** It can no longer be written to, or closed its output. */
  | { readonly reason: "stdin-closed"; readonly message: string };

/** Why a worker's process ended, with what belongs to that reason. `describeExit` makes a sentence of it. */
export type ExitReason =
  | Exclude<HostCause, { reason: "initialize-timeout" }>
  | {
      readonly reason: "initialize-timeout";
      readonly timeoutMs: number;
      /** It answered `initialize`: what hangs is the plugin's setup. */
      readonly initialized: boolean;
      /** Where its main thread stood still, if it did and that could be seen. */
      readonly hang?: HangReport | undefined;
      /** Lines on its stdout that were no messages. */
      readonly strayLines: number;
    }
  /** The host asked for it: stop, restart, close. */
  | { readonly reason: "requested"; readonly code: number | null; readonly signal: NodeJS.Signals | null }
  /** It ended by itself; code 0 too, when nobody asked. */
  | { readonly reason: "exit-code"; readonly code: number }
  /** It was killed from outside, or crashed natively. */
  | { readonly reason: "signal"; readonly signal: NodeJS.Signals }
  /** V8 ended it at its heap limit. */
  | { readonly reason: "heap-out-of-memory" }
  /** It ended by itself, with success, before a single message: the entry does not call `serve(plugin)`. */
  | { readonly reason: "never-served"; readonly strayLines: number }
  /** The entry is not what `integrity` pins; no process was started. The hashes as in the option. */
  | { readonly reason: "integrity-mismatch"; readonly file: string; readonly expected: string; readonly actual: string }
  /** No process came to be. */
  | { readonly reason: "spawn-failed"; readonly message: string };

/** The stable name of why a worker's process ended. */
export type ExitReasonName = ExitReason["reason"];

/** What is known when a process has ended. */
export interface ExitFacts {
  readonly exit: ProcessExit;
  /** Whether it had become ready: had answered the handshake well. */
  readonly ready: boolean;
  /** It had answered `initialize` well. */
  readonly initialized: boolean;
  /** The host asked it to end before anything else went wrong. */
  readonly asked: boolean;
  /**
   * Why the host ended it, where it did. The pipes of a dying process break a moment before its exit is told: that is
   * the effect, so `stdin-closed` is a cause only once the process has outlived its pipes.
   */
  readonly cause?: HostCause | undefined;
  /** Where its main thread stands still, as far as that is known. */
  readonly hang?: HangReport | undefined;
  /** Messages received from it. */
  readonly received: number;
  /** Lines on its stdout that were no messages. */
  readonly strayLines: number;
  /** The end of its stderr. */
  readonly tail: string;
}

/** What the last moments of a process amount to. */
export function exitReason(facts: ExitFacts): ExitReason {
  const { exit, cause, ready, initialized, received, strayLines } = facts;
  if (exit.error instanceof IntegrityError) {
    const { file, expected, actual } = exit.error;
    return { reason: "integrity-mismatch", file, expected, actual };
  }
  if (exit.error !== undefined) return { reason: "spawn-failed", message: exit.error.message };
  if (facts.asked) return { reason: "requested", code: exit.code, signal: exit.signal };
  if (cause?.reason === "initialize-timeout") return { ...cause, initialized, strayLines, hang: facts.hang };
  if (cause !== undefined) return cause;
  if (isHeapOutOfMemory(exit, facts.tail)) return { reason: "heap-out-of-memory" };
  if (exit.signal !== null) return { reason: "signal", signal: exit.signal };
  const code = exit.code ?? 0;
  if (ready) return { reason: "exit-code", code };
  if (code === 0 && received === 0) return { reason: "never-served", strayLines };
  const message = `the process ended with exit code ${code}${codeHint(code)} before it was ready; ${earlyExitAdvice(code)}`;
  return { reason: "startup-failed", message };
}

/** What V8 writes last; a plugin that merely prints it ends in another way. */
const V8_OUT_OF_MEMORY =
  /FATAL ERROR: .*(?:JavaScript heap|process) out of memory|^# Fatal (?:javascript|process) (?:OOM in|out of memory:) /im;
const ABORT_SIGNALS: ReadonlySet<string | null> = new Set(["SIGABRT", "SIGTRAP", "SIGILL"]);
/** Abort as a shell, a container or Windows tells it: 128 + SIGABRT, and V8's breakpoint trap. */
const ABORT_CODES: ReadonlySet<number | null> = new Set([134, 133, 0x80000003]);

function isHeapOutOfMemory(exit: ExitFacts["exit"], tail: string): boolean {
  return (ABORT_SIGNALS.has(exit.signal) || ABORT_CODES.has(exit.code)) && V8_OUT_OF_MEMORY.test(tail);
}

/**
 * What follows the end of a worker: `restart` by the restart policy; `fail`: stay down until somebody calls `start`,
 * because trying again cannot help; `stop`: it was to end.
 */
export type RestartRule = "restart" | "fail" | "stop";

export const DEFAULT_RESTART_RULES: Readonly<Record<ExitReasonName, RestartRule>> = {
  requested: "stop",
  "exit-code": "restart",
  signal: "restart",
  "heap-out-of-memory": "restart",
  "memory-limit": "restart",
  "startup-failed": "restart",
  // A file that is being replaced, a disk that is late: cheap to try again, and the policy bounds it.
  "never-served": "restart",
  "handshake-mismatch": "fail",
  "capabilities-missing": "fail",
  "initialize-timeout": "restart",
  unresponsive: "restart",
  "cancel-ignored": "restart",
  "protocol-violation": "restart",
  "stdin-closed": "restart",
  "spawn-failed": "restart",
  // A file that was tampered with does not heal, and a new release comes with a new pin.
  "integrity-mismatch": "fail",
};
