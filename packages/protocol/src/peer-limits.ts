import { checkKeys } from "./authority/option-names.js";
import { DEFAULT_MAX_MESSAGE_BYTES } from "./framing.js";
import { DEFAULT_MAX_DEPTH, DEFAULT_MAX_VALUES } from "./nesting.js";

/** Bounds of one peer. Past a bound calls fail at once with OVERLOADED and notifications are dropped and counted. */
export interface PeerLimits {
  /** Cap of one message this end sends, bytes. Default 32 MiB. */
  readonly messageBytes: number;
  /** Nesting depth of a received message. Default 1,000. */
  readonly depth: number;
  /** Values in one received message: numbers, strings, lists, objects. Default 131,072. */
  readonly values: number;
  /** Calls this end may have in flight. Default 1,024. */
  readonly outgoingCalls: number;
  /** Calls and notifications this end handles at once. Default 1,024. */
  readonly incomingCalls: number;
  /** Bytes of the calls and notifications it handles at once, as they came, and of their input that nobody has read; one that is alone may be larger. Default 256 MiB. */
  readonly incomingBytes: number;
  /** Timeout of a call when neither caller nor method names one, ms. Default 30,000. */
  readonly callTimeoutMs: number;
  /** How far a stream's producer may run ahead of its reader. Default 256 items. */
  readonly streamItems: number;
  /** Likewise in bytes. Default 1 MiB. */
  readonly streamBytes: number;
}

/** The bounds of a peer that is given none. */
export const DEFAULT_PEER_LIMITS: PeerLimits = {
  messageBytes: DEFAULT_MAX_MESSAGE_BYTES,
  depth: DEFAULT_MAX_DEPTH,
  values: DEFAULT_MAX_VALUES,
  outgoingCalls: 1024,
  incomingCalls: 1024,
  incomingBytes: 8 * DEFAULT_MAX_MESSAGE_BYTES,
  callTimeoutMs: 30_000,
  streamItems: 256,
  streamBytes: 1024 * 1024,
};

/** Fills in the defaults. @throws RangeError naming the option that is not a positive whole number. */
export function resolvePeerLimits(
  limits: { readonly [K in keyof PeerLimits]?: PeerLimits[K] | undefined } = {},
): PeerLimits {
  const resolved = { ...DEFAULT_PEER_LIMITS };
  for (const key of Object.keys(DEFAULT_PEER_LIMITS) as (keyof PeerLimits)[]) {
    const value = limits[key];
    if (value === undefined) continue;
    resolved[key] = checkCount(value, `limits.${key}`);
  }
  return resolved;
}

/** How far a stream may run ahead: what its reader asked for, else the limits. @throws RangeError for a window of 0. */
export function streamWindow(
  asked: { readonly items?: number; readonly bytes?: number } | undefined,
  limits: PeerLimits,
): { readonly items: number; readonly bytes: number } {
  if (asked !== undefined) checkKeys("window", asked, ["items", "bytes"]);
  const { items = limits.streamItems, bytes = limits.streamBytes } = asked ?? {};
  return { items: checkCount(items, "window.items"), bytes: checkCount(bytes, "window.bytes") };
}

function checkCount(value: number, name: string): number {
  if (Number.isSafeInteger(value) && value >= 1) return value;
  throw new RangeError(`${name}: expected a whole number from 1, got ${String(value)}`);
}
