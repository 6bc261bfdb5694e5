import { serialize } from "node:v8";

/** The params of a worker's calls that may have to be sent again, within a bound in bytes. */
export interface HeldParams {
  /** Holds those of one call until `drop`. */
  hold(params: unknown): Held;
  bytes(): number;
}

/** The params of one call. */
export interface Held {
  /** How large its message was; past the bound its params are let go of. */
  measured(bytes: number): void;
  /** Whether they are still held; those of a call that was never written are measured now. */
  isHeld(): boolean;
  /** @throws Error when they were let go of */
  params(): unknown;
  /** The call is over, or was sent again. Idempotent. */
  drop(): void;
}

export function createHeldParams(maxBytes: () => number): HeldParams {
  let total = 0;
  return {
    hold(given) {
      let held: { readonly params: unknown } | undefined = { params: given };
      let size: number | undefined;
      const drop = (): void => {
        if (held !== undefined) total -= size ?? 0;
        held = undefined;
      };
      const measured = (bytes: number): void => {
        if (held === undefined || size !== undefined) return;
        if (total + bytes > maxBytes()) {
          held = undefined;
          return;
        }
        size = bytes;
        total += bytes;
      };
      return {
        measured,
        isHeld() {
          if (held !== undefined && size === undefined) measured(sizeOf(held.params));
          return held !== undefined;
        },
        params() {
          if (held === undefined) throw new Error("the params were let go of");
          return held.params;
        },
        drop,
      };
    },
    bytes: () => total,
  };
}

/** About what they take; what nobody can copy is not held. */
function sizeOf(params: unknown): number {
  try {
    return serialize(params).byteLength;
  } catch {
    return Number.POSITIVE_INFINITY;
  }
}
