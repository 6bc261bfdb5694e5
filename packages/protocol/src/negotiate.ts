import { ErrorCode, RpcError } from "./errors.js";
import type { InitializeParams, InitializeResult } from "./lifecycle.js";

interface ContractIdentity {
  readonly name: string;
  readonly version: number;
}

interface ProtocolRange {
  readonly min: number;
  readonly max: number;
}

/** The highest protocol number in both ranges. @throws RpcError INVALID_REQUEST when there is none. */
export function commonProtocol(ours: ProtocolRange, theirs: ProtocolRange): number {
  const highest = Math.min(ours.max, theirs.max);
  if (highest >= ours.min && highest >= theirs.min) return highest;
  throw handshakeError(
    "protocol",
    `this end speaks protocol ${ours.min} to ${ours.max}, the other ${theirs.min} to ${theirs.max}; upgrade the older one`,
  );
}

/** @throws RpcError INVALID_REQUEST when the two ends were built against different contracts. */
export function checkContract(ours: ContractIdentity, theirs: ContractIdentity): void {
  if (ours.name !== theirs.name) {
    throw handshakeError(
      "contract",
      `contract name: this end has ${JSON.stringify(ours.name)}, the other ${JSON.stringify(theirs.name)}; start the plugin that implements this contract`,
    );
  }
  if (ours.version !== theirs.version) {
    throw handshakeError(
      "contract",
      `contract ${ours.name}: this end has version ${ours.version}, the other ${theirs.version}; build both against the same version`,
    );
  }
}

/** Features both ends listed. */
export function commonFeatures(ours: readonly string[], theirs: readonly string[]): string[] {
  return ours.filter((feature) => theirs.includes(feature));
}

/** What both ends agreed on. */
export interface Agreement {
  readonly protocol: number;
  readonly features: readonly string[];
}

/** The worker's side: checks an offer. @throws RpcError whose `data.handshake` names what does not fit. */
export function acceptOffer(
  ours: { readonly protocol: ProtocolRange; readonly contract: ContractIdentity; readonly features: readonly string[] },
  offer: InitializeParams,
): Agreement {
  const protocol = commonProtocol(ours.protocol, offer.protocol);
  checkContract(ours.contract, offer.contract);
  return { protocol, features: commonFeatures(ours.features, offer.features) };
}

/** The host's side: checks the answer. @throws RpcError whose `data.handshake` names what does not fit. */
export function checkAnswer(
  ours: { readonly protocol: ProtocolRange; readonly contract: ContractIdentity; readonly features: readonly string[] },
  answer: InitializeResult,
): Agreement {
  const protocol = commonProtocol(ours.protocol, { min: answer.protocol, max: answer.protocol });
  checkContract(ours.contract, answer.contract);
  return { protocol, features: commonFeatures(ours.features, answer.features) };
}

/** Whether an error of a handshake says that the two ends do not fit: trying again cannot help. */
export function isHandshakeMismatch(error: RpcError): boolean {
  const data = error.data as { readonly handshake?: unknown } | null | undefined;
  return typeof data === "object" && data !== null && typeof data.handshake === "string";
}

function handshakeError(what: string, message: string): RpcError {
  return new RpcError(ErrorCode.INVALID_REQUEST, message, { data: { handshake: what } });
}
