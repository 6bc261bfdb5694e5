import {
  type Clock,
  type Codec,
  DEFAULT_PEER_LIMITS,
  ErrorCode,
  type IncomingCall,
  type InitializeParams,
  lifecycle,
  type MakeError,
  Peer,
  type PeerLimits,
  RpcError,
  systemClock,
  type Transport,
} from "@outrigger/protocol";
import { CallContext, type CallFacts } from "./call-context.js";
import { definitionOf, type Plugin } from "./define-plugin.js";
import { createRemote } from "./host-calls.js";
import { currentCall, runInCall } from "./invocation.js";
import { createLog } from "./log.js";
import { logReport } from "./peer-log.js";
import { createServing } from "./plugin-calls.js";
import { createPluginConfig } from "./plugin-config.js";
import type { WorkerInfo } from "./plugin-context.js";
import { abandon, DEFAULT_DRAIN_MS, drainAndTearDown, hostGone } from "./session-end.js";
import type { Session } from "./session-types.js";
import { stackOf } from "./thrown-text.js";
import { within } from "./time-limit.js";
import { answerOffer } from "./worker-handshake.js";
import type { WorkerPhase } from "./worker-phase.js";

/** Bounds of a worker; each has a default. */
export type WorkerLimits = { readonly [K in keyof PeerLimits]?: PeerLimits[K] | undefined } & {
  /** Log lines a second; more are dropped and counted. Default 1,000. */
  readonly logLinesPerSecond?: number | undefined;
};

/** What a session is made of. */
export interface SessionOptions {
  readonly plugin: Plugin;
  readonly transport: Transport;
  readonly stderr: (text: string) => void;
  /** Told once, when nothing is left to do: the process may end, with this exit code. */
  readonly onEnded: (code: number) => void;
  /** Told what the host offered, once it was accepted, and which features were agreed on. */
  readonly onOffer?: ((offer: InitializeParams, features: readonly string[]) => void) | undefined;
  /** Whether the host may open V8's inspector in this process; asked when the host greets. Default: it may not. */
  readonly isInspectable?: (() => boolean) | undefined;
  readonly limits?: WorkerLimits | undefined;
  readonly codec?: Codec | undefined;
  readonly clock?: Clock | undefined;
}

/** How long the last bytes may take to leave, ms: the host may have stopped reading. */
const FLUSH_MS = 2_000;

/** A teardown that nobody asked for: the host is gone. */
const nobodysCall: CallFacts = {
  ...{ meta: undefined, trace: undefined },
  deadline: undefined,
  signal: AbortSignal.abort(new Error("the host is gone")),
  progress: () => {},
};

const workerEnded: MakeError = (method, mayHaveRun) =>
  new RpcError(ErrorCode.SHUTTING_DOWN, `${method}: the worker has ended`, { data: { mayHaveRun } });

/** Serves a plugin over a transport. */
export function createSession(options: SessionOptions): Session {
  const { plugin, transport, stderr, codec, isInspectable = () => false } = options;
  const clock = options.clock ?? systemClock;
  const { logLinesPerSecond = 1_000, ...limits } = options.limits ?? {};
  const { setup, teardown, config: configSchema } = definitionOf(plugin).options;
  const stopping = new AbortController();
  let phase: WorkerPhase = "new";
  let info: WorkerInfo | undefined;
  let selfSetup: Promise<unknown> | undefined;
  let hostReads = true;
  let ended = false;

  const log = createLog({
    stderr,
    now: Date.now,
    linesPerSecond: logLinesPerSecond,
    host: () => (hostReads && info?.features.includes("log") ? sendLine : undefined),
  });
  const sendLine = (line: unknown): boolean => {
    const call = currentCall();
    return peer.notify("$/log", line, call === "detached" ? undefined : call?.meta);
  };
  const session: Session = {
    ...{ plugin, clock, log, stopping: stopping.signal, config: createPluginConfig(configSchema) },
    peer: () => peer,
    host: () => host,
    workerId: () => info?.id,
    info() {
      if (info === undefined) throw new Error("the worker's info comes with the handshake, which has not happened yet");
      return info;
    },
    async fail(what, error) {
      if (ended) return;
      beginToStop();
      stderr(`${plugin.name}: ${what}: ${stackOf(error)}\n`);
      if (info !== undefined) log.fatal(what, { error });
      await end(1);
    },
  };

  const beginToStop = (): void => {
    phase = "stopping";
    if (!stopping.signal.aborted) stopping.abort(new Error("the worker is shutting down"));
  };
  const end = async (code: number): Promise<void> => {
    if (ended) return;
    ended = true;
    if (hostReads) await within(peer.flush(), FLUSH_MS, clock);
    hostReads = false;
    // Calls nobody will answer must not keep the process alive by their deadlines.
    peer.close(workerEnded);
    options.onEnded(code);
  };
  const runHook = async (hook: ((context: never) => unknown) | undefined, call: CallFacts): Promise<void> => {
    if (hook !== undefined)
      await runInCall(
        new CallContext(call, session, session.host()),
        (_, context) => hook(context as never),
        undefined,
      );
  };

  const setUp = async (call: IncomingCall): Promise<void> => {
    phase = "setting-up";
    await runHook(setup, call);
    if (phase === "setting-up") phase = "ready";
  };

  const serving = createServing(session, {
    phase: () => phase,
    selfSetup: () => selfSetup,
    initialize(call, offer) {
      const { messageBytes = DEFAULT_PEER_LIMITS.messageBytes } = limits;
      const { answer, info: told } = answerOffer(plugin, offer, {
        messageBytes,
        codec,
        isInspectable: isInspectable(),
      });
      session.config.apply(offer.config);
      info = told;
      phase = setup === undefined ? "ready" : "greeted";
      if (offer.limits.messageBytes !== undefined) peer.capMessages(offer.limits.messageBytes);
      peer.agree(answer.features, offer.limits.deadlineMs);
      // After the answer, which tells the host that it was agreed.
      setImmediate(() => peer.sendAgreed());
      options.onOffer?.(offer, answer.features);
      if (setup !== undefined && !answer.features.includes("setup")) {
        selfSetup = setUpUnasked(call);
        selfSetup.catch(() => {});
      }
      return answer;
    },
    initialized: (call) => setUp(call),
    async shutdown(call, { deadlineMs = DEFAULT_DRAIN_MS }) {
      beginToStop();
      let code = 0;
      try {
        const ending = { peer, clock, log, setup: selfSetup, teardown: () => runHook(teardown, call) };
        await drainAndTearDown(ending, call, deadlineMs);
      } catch (error) {
        code = 1;
        throw error;
      } finally {
        // The answer is queued by then.
        setImmediate(() => void end(code));
      }
    },
  });

  /** For a host that does not know of setup: after the answer has gone out, because the host serves nothing before. */
  const setUpUnasked = async (call: IncomingCall): Promise<void> => {
    await new Promise((resolve) => setImmediate(resolve));
    try {
      await setUp(call);
      selfSetup = undefined;
    } catch (error) {
      await session.fail("setup failed", error);
      throw error;
    }
  };

  const peer = new Peer({
    ...{ transport, serving, limits, clock, codec },
    outgoing: { ...lifecycle.workerToHost, ...plugin.contract.workerToHost },
    onReport: (report) => logReport(log, report),
    onClosed: (error) => {
      hostReads = false;
      if (phase === "stopping") {
        // Handlers of the drain that wait for the host would wait for nothing.
        peer.close((method, mayHaveRun) => hostGone(method, mayHaveRun, "the host is gone"));
        return;
      }
      // Of a worker that was never greeted there is nothing to tear down.
      const hook = phase === "new" ? undefined : teardown;
      beginToStop();
      if (error !== undefined) stderr(`${plugin.name}: the channel to the host broke: ${error.message}\n`);
      const reason = error === undefined ? "the host closed the channel" : error.message;
      const ending = { peer, clock, log, setup: selfSetup, teardown: () => runHook(hook, nobodysCall) };
      void abandon(ending, reason).then(() => end(error === undefined ? 0 : 1));
    },
  });
  const host = createRemote(session);
  peer.start();
  return session;
}
