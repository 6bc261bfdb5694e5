import {
  type Agreement,
  checkAnswer,
  FEATURES,
  type InitializeParams,
  type InitializeResult,
  isHandshakeMismatch,
  isRpcError,
  type Peer,
  PROTOCOL_RANGE,
} from "@outrigger/protocol";
import type { HostCause } from "./exit-reason.js";
import type { HostCore, WorkerSpec } from "./worker-spec.js";

/** What a worker said of itself, and what both ends agreed on. */
export interface Handshake {
  readonly answer: InitializeResult;
  readonly agreement: Agreement;
  readonly methods: ReadonlySet<string>;
}

/** Sends `initialize`. @throws RpcError when the worker refuses, or its answer does not fit. */
export async function initialize(peer: Peer, core: HostCore, spec: WorkerSpec): Promise<Handshake> {
  const { contract } = core;
  const ours = {
    protocol: PROTOCOL_RANGE,
    contract: { name: contract.name, version: contract.version },
    features: FEATURES,
  };
  const offer: InitializeParams = {
    protocol: { ...PROTOCOL_RANGE },
    contract: ours.contract,
    features: [...FEATURES],
    limits: { messageBytes: spec.limits.peer.messageBytes, calls: spec.limits.peer.incomingCalls },
    workerId: spec.launch.workerId,
    capabilities: [...spec.capabilities],
    ...(core.identity !== undefined && { host: core.identity }),
    ...(spec.manifest !== undefined && { manifest: spec.manifest }),
    ...(spec.config !== undefined && { config: spec.config }),
  };
  const timeoutMs = spec.lifecycle.initializeTimeoutMs;
  const answer = (await peer.request("initialize", offer, { timeoutMs })) as InitializeResult;
  return { answer, agreement: checkAnswer(ours, answer), methods: new Set(answer.methods) };
}

/** Has the plugin's setup run, in workers that have one. */
export async function setUp(peer: Peer, handshake: Handshake, timeoutMs: number): Promise<void> {
  if (handshake.agreement.features.includes("setup")) await peer.request("initialized", {}, { timeoutMs });
}

/** Why a start failed. */
export function startupCause(error: unknown): HostCause {
  const message = error instanceof Error ? error.message : String(error);
  const mismatch = isRpcError(error) && isHandshakeMismatch(error);
  return { reason: mismatch ? "handshake-mismatch" : "startup-failed", message };
}
