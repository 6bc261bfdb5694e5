import {
  type Agreement,
  checkAnswer,
  ErrorCode,
  featuresWith,
  type InitializeParams,
  type InitializeResult,
  isHandshakeMismatch,
  isRpcError,
  type Peer,
  PROTOCOL_RANGE,
  RpcError,
} from "@outrigger/protocol";
import { CapabilitiesMissing } from "./capabilities-missing.js";
import type { HostCause } from "./exit-reason.js";
import { cutText } from "./log-lines.js";
import type { HostCore, WorkerSpec } from "./worker-spec.js";

/** What a worker said of itself, and what both ends agreed on. */
export interface Handshake {
  readonly answer: InitializeResult;
  readonly agreement: Agreement;
  readonly methods: ReadonlySet<string>;
}

/**
 * Sends `initialize`. `canInspect`: the launcher can open the worker's inspector, and sees to it that it ends with the host,
 * so that it needs no guard thread. `onAgreed` is told of a good answer before anything that arrived behind it is looked at.
 * @throws RpcError when the worker refuses, or its answer does not fit.
 */
export async function initialize(
  peer: Peer,
  core: HostCore,
  spec: WorkerSpec,
  canInspect: boolean,
  onAgreed: (handshake: Handshake) => void,
): Promise<Handshake> {
  const { contract } = core;
  const deadlineMs = peer.limits.callTimeoutMs;
  const ours = {
    protocol: PROTOCOL_RANGE,
    contract: { name: contract.name, version: contract.version },
    features: featuresWith(core.codec).filter((feature) => feature !== "inspect" || canInspect),
  };
  const offer: InitializeParams = {
    protocol: { ...PROTOCOL_RANGE },
    contract: ours.contract,
    features: ours.features,
    limits: {
      messageBytes: spec.limits.peer.messageBytes,
      calls: spec.limits.peer.incomingCalls,
      deadlineMs,
      ...(spec.liveness !== false && { unresponsiveAfterMs: spec.liveness.unresponsiveAfterMs }),
    },
    workerId: spec.launch.workerId,
    capabilities: [...spec.capabilities],
    ...(core.identity !== undefined && { host: core.identity }),
    ...(spec.manifest !== undefined && { manifest: spec.manifest }),
    ...(spec.config !== undefined && { config: spec.config }),
  };
  const timeoutMs = spec.lifecycle.initializeTimeoutMs;
  const read = (answer: InitializeResult): Handshake => {
    const methods = new Set(answer.methods.filter((name) => Object.hasOwn(contract.hostToWorker, name)));
    return { answer, agreement: checkAnswer(ours, answer), methods };
  };
  const onResult = (result: unknown): void => {
    try {
      const handshake = read(result as InitializeResult);
      peer.agree(handshake.agreement.features, deadlineMs);
      peer.sendAgreed();
      const { messageBytes } = handshake.answer.limits ?? {};
      if (messageBytes !== undefined) peer.capMessages(messageBytes);
      onAgreed(handshake);
    } catch {
      // Thrown again below, to who awaits the handshake.
    }
  };
  let answer: InitializeResult;
  try {
    answer = (await peer.request("initialize", offer, { timeoutMs, onResult })) as InitializeResult;
  } catch (error) {
    throw isRpcError(error) && error.remote && error.code === ErrorCode.METHOD_NOT_FOUND ? notSpeaking(error) : error;
  }
  return read(answer);
}

/** A program that sends back what it reads returns the host's own answer to `initialize`: no such method. */
function notSpeaking(error: RpcError): RpcError {
  const text = `it does not know initialize: the program does not speak the protocol, or sends back what it reads, as cat does; start one that calls serve(plugin) (it answered: ${error.message})`;
  return new RpcError(error.code, text, { cause: error });
}

/** Has the plugin's setup run, in workers that have one. */
export async function setUp(peer: Peer, handshake: Handshake, timeoutMs: number): Promise<void> {
  if (handshake.agreement.features.includes("setup")) await peer.request("initialized", {}, { timeoutMs });
}

/** Why a start failed. */
export function startupCause(error: unknown): HostCause {
  if (error instanceof CapabilitiesMissing) return { reason: "capabilities-missing", missing: error.missing };
  // The worker's words, which stand in logs, events and diagnostics.
  const message = cutText(error instanceof Error ? error.message : String(error));
  const mismatch = isRpcError(error) && isHandshakeMismatch(error);
  return { reason: mismatch ? "handshake-mismatch" : "startup-failed", message };
}
