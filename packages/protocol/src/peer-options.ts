import type { AbandonSettings } from "./abandoned-calls.js";
import type { CallMeter } from "./call-meter.js";
import type { Clock } from "./clock.js";
import type { Codec } from "./codec.js";
import type { MethodMap } from "./contract.js";
import type { RpcError } from "./errors.js";
import type { Serving } from "./incoming-calls.js";
import type { PeerLimits } from "./peer-limits.js";
import type { PeerReport } from "./peer-report.js";
import type { Transport } from "./transport.js";

/** What a peer is made of. */
export interface PeerOptions {
  readonly transport: Transport;
  /** The methods the other end answers: what this end may call. */
  readonly outgoing: MethodMap;
  readonly serving: Serving;
  readonly limits?: { readonly [K in keyof PeerLimits]?: PeerLimits[K] | undefined } | undefined;
  /** The text of messages. Default `jsonCodec`. */
  readonly codec?: Codec | undefined;
  readonly clock?: Clock | undefined;
  /** Has calls watched that the other end does not end though they were cancelled: each is reported. Default: none is. */
  readonly cancel?: Pick<AbandonSettings, "graceMs" | "max"> | undefined;
  /** Told of every call that is over, both ways; of those that came together a few at once. */
  readonly meter?: CallMeter | undefined;
  /** Told what no answer tells: garbage, unknown replies, refused notifications. What it throws is ignored. */
  readonly onReport?: ((report: PeerReport) => void) | undefined;
  /**
   * Told once when the channel ends by itself, with the error if there was one. Calls in flight stay so until the owner
   * calls `close`, so that he can say first why it ended. Without it the peer closes itself.
   */
  readonly onClosed?: ((error: Error | undefined) => void) | undefined;
}

/** Makes the error of a call that cannot be finished; `mayHaveRun` says whether it had been sent. */
export type MakeError = (method: string, mayHaveRun: boolean) => RpcError;
