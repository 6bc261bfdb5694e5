import { type Clock, type Codec, DEFAULT_PEER_LIMITS, type Transport } from "@outrigger/protocol";
import { stdioTransport } from "@outrigger/protocol/node";
import { claimCompileCache } from "./compile-cache-claim.js";
import { definitionOf, type Plugin } from "./define-plugin.js";
import { isCalledByEntry } from "./entry-file.js";
import { type Guard, startGuard } from "./guard-thread.js";
import { claimInspector } from "./inspector-claim.js";
import { checkOptions, type OptionKinds } from "./option-checks.js";
import { endGroupWhenOrphaned, HOST_EXIT_MS } from "./orphan-group.js";
import { createSession, type WorkerLimits } from "./session.js";
import type { Session } from "./session-types.js";
import { claimStdin } from "./stdin-socket.js";
import { claimStdout } from "./stdout-guard.js";
import { messageOf } from "./thrown-text.js";
import { isWorkerThread } from "./worker-thread.js";

/** How a plugin is served; everything has a default. */
export interface ServeOptions {
  /** The channel to the host. Default: this process's stdin and stdout. */
  readonly transport?: Transport | undefined;
  /**
   * A thread that ends this process when its parent is gone, and tells the host where the main thread hangs, both even
   * when the main thread never returns. It takes some 10 MB, and 30 ms of processor time at the start. Default: only where
   * the host does not do both from outside, as it does on Linux for plugins that it runs in its own Node and watches
   * (`liveness`). See docs/supervision.md in the repository.
   */
  readonly guard?: boolean | undefined;
  readonly limits?: (WorkerLimits & { readonly unsentBytes?: number | undefined }) | undefined;
  /** The text of messages. Default: JSON-RPC 2.0, in short lines where the host reads them; no other codec makes those. */
  readonly codec?: Codec | undefined;
  readonly clock?: Clock | undefined;
}

const OPTIONS = { transport: "object", guard: "flag", limits: "object", codec: "object", clock: "object" } as const;
const LIMITS: OptionKinds = Object.fromEntries(
  [...Object.keys(DEFAULT_PEER_LIMITS), "logLinesPerSecond", "unsentBytes"].map((name) => [name, "count"]),
);

/** Set by the host for the workers it starts. */
const WORKER_ID = "OUTRIGGER_WORKER_ID";
/** Set by test runners in the processes that run tests, and in what those start. */
const TEST_RUNNERS = ["VITEST", "NODE_TEST_CONTEXT", "JEST_WORKER_ID"];
/** How long the last words on stderr may take to leave, ms. */
const LAST_WORDS_MS = 1_000;

/** The plugin this process serves, whichever copy of the SDK serves it. */
const SERVED = Symbol.for("outrigger.served");
const shared = globalThis as { [SERVED]?: Plugin };

/**
 * Serves a plugin: in a worker process, over stdin and stdout, until the host shuts it down or goes away; then the
 * process exits. From the call on, stdout belongs to the protocol and what the plugin prints goes to stderr.
 *
 * Importing a plugin's file starts nothing. So `serve` acts only in the main thread, and when
 * - **the file that calls it is the one the process was started with** (`node plugin.js`; a bundle is one file). That is
 *   all a worker needs whose launcher does not pass the host's environment on: `docker run`, `ssh`. In a child with an
 *   IPC channel and under a test runner it does nothing, unless the host started the process;
 * - or the host started the process, which it says in the variable `OUTRIGGER_WORKER_ID`, and that file, which imports
 *   this one, calls no `serve` of its own in the same turn: an entry that only imports the plugin. Such an entry behind
 *   `docker run` needs the variable: `-e OUTRIGGER_WORKER_ID`.
 *
 * With a `transport` of its own it always acts.
 *
 * @throws TypeError when `plugin` was not made by `definePlugin`, or an option is wrong; Error when the process serves a plugin already.
 */
export function serve(plugin: Plugin, options: ServeOptions = {}): void {
  definitionOf(plugin);
  checkOptions("serve: options", options, OPTIONS);
  if (options.limits !== undefined) checkOptions("serve: options.limits", options.limits, LIMITS);
  if (options.transport !== undefined) {
    const { transport, limits, codec, clock } = options;
    const stderr = (text: string): void => void process.stderr.write(text);
    createSession({ plugin, transport, limits, codec, clock, stderr, onEnded: () => {} });
    return;
  }
  if (isWorkerThread()) return;
  const startedByHost = process.env[WORKER_ID] !== undefined;
  const calledByEntry = isCalledByEntry(serve);
  if (!startedByHost) {
    if (calledByEntry && !isTested()) serveAlone(plugin, options);
  } else if (calledByEntry) serveOnce(plugin, options, true);
  else if (process.channel === undefined) {
    // The entry imports this file: what it serves itself goes first.
    setImmediate(() => {
      if (shared[SERVED] === undefined) serveOnce(plugin, options, true);
    });
  }
}

function serveAlone(plugin: Plugin, options: ServeOptions): void {
  if (!process.stdin.isTTY) {
    serveOnce(plugin, options, false);
    return;
  }
  process.stderr.write(
    `${plugin.name} is a plugin: it runs when a host starts it, and speaks JSON-RPC on stdin and stdout.\n` +
      `Start it with createHost(contract, …).start(id, { entry }) of @outrigger/host.\n`,
  );
}

function serveOnce(plugin: Plugin, options: ServeOptions, startedByHost: boolean): void {
  const served = shared[SERVED];
  if (served !== undefined) {
    throw new Error(`serve: this process serves ${served.name} already; a worker process serves one plugin`);
  }
  shared[SERVED] = plugin;
  serveProcess(plugin, options, startedByHost);
}

function serveProcess(plugin: Plugin, options: ServeOptions, startedByHost: boolean): void {
  const { unsentBytes, ...limits } = options.limits ?? {};
  const { stderr } = process;
  // A host that closed stderr must not end its worker.
  stderr.on("error", () => {});
  const stdin = claimStdin();
  const transport = stdioTransport(stdin, claimStdout(), { unsentBytes, messageBytes: limits.messageBytes });
  const isInspectable = claimInspector();
  claimCompileCache();
  let session: Session | undefined;
  if (startedByHost) endGroupWhenOrphaned();
  const unguarded = (error: unknown): void =>
    session?.log.warn(`no guard thread, so nobody names the place of a hang: ${messageOf(error)}`);
  const parent = process.ppid;
  let guard: Guard | undefined;
  let hasEnded = false;
  // Behind the answer to the host and before its first call: starting a thread takes longer than answering.
  const guardSoon = (unresponsiveAfterMs: number | undefined): void =>
    void setImmediate(() => {
      if (hasEnded) return;
      guard = startGuard(parent, startedByHost, unguarded);
      if (unresponsiveAfterMs !== undefined) guard.expectSilence(unresponsiveAfterMs);
    });
  session = createSession({
    ...{ plugin, transport, limits, codec: options.codec, clock: options.clock },
    stderr: (text) => void stderr.write(text),
    isInspectable: () => options.guard !== true && isInspectable(),
    onOffer: ({ limits }, features) => {
      if (options.guard ?? !features.includes("inspect")) guardSoon(limits.unresponsiveAfterMs);
    },
    onEnded: (code) => {
      hasEnded = true;
      guard?.stop();
      // A host that is dying is told from one that only closed the pipe when it is dead.
      exitAfterLastWords(code, stdin.readableEnded || stdin.destroyed);
    },
  });
  process.on("uncaughtException", (error, origin) => {
    const what = origin === "unhandledRejection" ? "unhandled rejection" : "uncaught exception";
    void session?.fail(what, error);
  });
}

/** stderr is a pipe too: what is still queued would be lost. */
function exitAfterLastWords(code: number, hostMayBeDying: boolean): void {
  const exit = (): never => process.exit(code);
  setTimeout(exit, LAST_WORDS_MS);
  process.stderr.write("", () => {
    if (hostMayBeDying) setTimeout(exit, HOST_EXIT_MS);
    else exit();
  });
}

/** Run by itself, but by a test runner that takes it for a test, or as a child that speaks over its IPC channel. */
function isTested(): boolean {
  return process.channel !== undefined || TEST_RUNNERS.some((name) => process.env[name] !== undefined);
}
