import { ErrorCode, RpcError } from "../errors.js";
import type { Message } from "../messages.js";
import type { TapeHeader, TapeIncarnation } from "./tape-format.js";

/** How the handshake went on a tape. */
export interface TapeHandshake {
  /** The params of `initialize`. */
  readonly offer: Readonly<Record<string, unknown>>;
  readonly line: number;
  /** `undefined` when it was never answered. */
  readonly answer: Message | undefined;
}

/** @throws RpcError INVALID_PARAMS when the tape has none */
export function handshakeOf({ messages, number }: TapeIncarnation, name: string): TapeHandshake {
  const asked = messages.find(
    ({ from, message }) => from === "host" && "method" in message && message.method === "initialize",
  );
  if (asked === undefined) {
    throw new RpcError(ErrorCode.INVALID_PARAMS, `${name}: process ${number} has no handshake; record it anew`);
  }
  const id = "id" in asked.message ? asked.message.id : undefined;
  const answer = messages.find(({ from, message }) => from === "worker" && !("method" in message) && message.id === id);
  const offer = "method" in asked.message ? (asked.message.params as TapeHandshake["offer"]) : {};
  return { offer, line: asked.line, answer: answer?.message };
}

/** @throws RpcError INVALID_PARAMS, with `data.handshake` as in a handshake, when the tape is of another contract */
export function checkTapeContract(
  { contract }: TapeHeader,
  ours: { readonly name: string; readonly version: number },
  name: string,
): void {
  if (contract.name === ours.name && contract.version === ours.version) return;
  throw new RpcError(
    ErrorCode.INVALID_PARAMS,
    `${name}: it was recorded with contract ${contract.name} version ${contract.version}, this is ${ours.name} version ${ours.version}; record it anew`,
    { data: { handshake: "contract" } },
  );
}
