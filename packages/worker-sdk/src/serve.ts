import { isMainThread } from "node:worker_threads";
import type { Clock, Codec, Transport } from "@outrigger/protocol";
import { stdioTransport } from "@outrigger/protocol/node";
import { definitionOf, type Plugin } from "./define-plugin.js";
import { startGuard } from "./guard-thread.js";
import { createSession, type WorkerLimits } from "./session.js";
import type { Session } from "./session-types.js";
import { claimStdout } from "./stdout-guard.js";

/** How a plugin is served; everything has a default. */
export interface ServeOptions {
  /** The channel to the host. Default: this process's stdin and stdout. */
  readonly transport?: Transport | undefined;
  /**
   * A thread that ends this process when its parent is gone, and tells the host where the main thread hangs, both even
   * when the main thread never returns. About 10 MB. Default `true`.
   */
  readonly guard?: boolean | undefined;
  readonly limits?: (WorkerLimits & { readonly unsentBytes?: number | undefined }) | undefined;
  /** The text of messages. Default JSON-RPC 2.0. */
  readonly codec?: Codec | undefined;
  readonly clock?: Clock | undefined;
}

/** Set by the host for the workers it starts. */
const WORKER_ID = "OUTRIGGER_WORKER_ID";
/** Set by test runners in the processes that run tests. */
const TEST_RUNNERS = ["VITEST", "NODE_TEST_CONTEXT", "JEST_WORKER_ID"];
/** How long the last words on stderr may take to leave, ms. */
const LAST_WORDS_MS = 1_000;

let served = false;

/**
 * Serves a plugin: in a worker process, over stdin and stdout, until the host shuts it down or goes away; then the
 * process exits. From the call on, stdout belongs to the protocol and what the plugin prints goes to stderr.
 *
 * Does nothing where a plugin's file is imported and not run: in a thread, in a child with an IPC channel, or under a
 * test runner, unless the host started this process.
 *
 * @throws TypeError when `plugin` was not made by `definePlugin`; Error when the process serves a plugin already.
 */
export function serve(plugin: Plugin, options: ServeOptions = {}): void {
  definitionOf(plugin);
  if (options.transport !== undefined) {
    const { transport, limits, codec, clock } = options;
    const stderr = (text: string): void => void process.stderr.write(text);
    createSession({ plugin, transport, limits, codec, clock, stderr, onEnded: () => {} });
    return;
  }
  const startedByHost = process.env[WORKER_ID] !== undefined;
  if (!startedByHost && isImported()) return;
  if (!startedByHost && process.stdin.isTTY) {
    process.stderr.write(
      `${plugin.name} is a plugin: it runs when a host starts it, and speaks JSON-RPC on stdin and stdout.\n` +
        `Start it with createHost(contract, …).start(id, { entry }) of @outrigger/host.\n`,
    );
    return;
  }
  if (served) throw new Error("serve: this process serves a plugin already; a worker process serves one");
  served = true;
  serveProcess(plugin, options, startedByHost);
}

function serveProcess(plugin: Plugin, options: ServeOptions, startedByHost: boolean): void {
  const { unsentBytes, ...limits } = options.limits ?? {};
  const { stderr } = process;
  // A host that closed stderr must not end its worker.
  stderr.on("error", () => {});
  const transport = stdioTransport(process.stdin, claimStdout(), { unsentBytes, messageBytes: limits.messageBytes });
  let session: Session | undefined;
  const guarded = options.guard ?? true;
  const guard = guarded
    ? startGuard(startedByHost, (error) => session?.log.debug("no guard thread", { error }))
    : undefined;
  session = createSession({
    ...{ plugin, transport, limits, codec: options.codec, clock: options.clock },
    stderr: (text) => void stderr.write(text),
    onOffer: ({ limits: { unresponsiveAfterMs } }) => {
      if (unresponsiveAfterMs !== undefined) guard?.expectSilence(unresponsiveAfterMs);
    },
    onEnded: (code) => {
      guard?.stop();
      exitAfterLastWords(code);
    },
  });
  process.on("uncaughtException", (error, origin) => {
    const what = origin === "unhandledRejection" ? "unhandled rejection" : "uncaught exception";
    void session?.fail(what, error);
  });
}

/** stderr is a pipe too: what is still queued would be lost. */
function exitAfterLastWords(code: number): void {
  const exit = (): never => process.exit(code);
  setTimeout(exit, LAST_WORDS_MS);
  process.stderr.write("", exit);
}

function isImported(): boolean {
  return !isMainThread || process.channel !== undefined || TEST_RUNNERS.some((name) => process.env[name] !== undefined);
}
