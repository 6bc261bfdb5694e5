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

/** How the two ends are called in messages, which travel from one to the other: the one that checks comes first. */
type Ends = readonly [ours: string, theirs: string];
const AT_WORKER: Ends = ["the plugin", "the host"];
const AT_HOST: Ends = ["the host", "the plugin"];

/** The highest protocol number in both ranges. @throws RpcError INVALID_REQUEST when there is none. */
export function commonProtocol(ours: ProtocolRange, theirs: ProtocolRange, [us, them]: Ends = AT_HOST): number {
  const highest = Math.min(ours.max, theirs.max);
  if (highest >= ours.min && highest >= theirs.min) return highest;
  throw handshakeError(
    "protocol",
    `${us} speaks protocol ${ours.min} to ${ours.max}, ${them} ${theirs.min} to ${theirs.max}; upgrade the older one`,
  );
}

/** @throws RpcError INVALID_REQUEST when the two ends were built against different contracts. */
function checkContract(ours: ContractIdentity, theirs: ContractIdentity, [us, them]: Ends): void {
  if (ours.name !== theirs.name) {
    throw handshakeError(
      "contract",
      `contract name: ${us} has ${JSON.stringify(ours.name)}, ${them} ${JSON.stringify(theirs.name)}; start the plugin that implements this contract`,
    );
  }
  if (ours.version !== theirs.version) {
    throw handshakeError(
      "contract",
      `contract ${ours.name}: ${us} has version ${ours.version}, ${them} ${theirs.version}; build both against the same version`,
    );
  }
}

/** Features both ends listed. */
function commonFeatures(ours: readonly string[], theirs: readonly string[]): string[] {
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
  const protocol = commonProtocol(ours.protocol, offer.protocol, AT_WORKER);
  checkContract(ours.contract, offer.contract, AT_WORKER);
  return { protocol, features: commonFeatures(ours.features, offer.features) };
}

/** The host's side: checks the answer. @throws RpcError whose `data.handshake` names what does not fit. */
export function checkAnswer(
  ours: { readonly protocol: ProtocolRange; readonly contract: ContractIdentity; readonly features: readonly string[] },
  answer: InitializeResult,
): Agreement {
  const protocol = commonProtocol(ours.protocol, { min: answer.protocol, max: answer.protocol }, AT_HOST);
  checkContract(ours.contract, answer.contract, AT_HOST);
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
