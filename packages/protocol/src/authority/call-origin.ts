import type { MessageMeta } from "../messages.js";
import type { Invocations } from "./invocations.js";

/**
 * Whether the invocation that a worker's call names lends it a scope. `live`: it does; `expired`: the call it was made
 * for is over; `unknown`: this process was never given it; `none`: it names none.
 */
export type InvocationStatus = "live" | "expired" | "unknown" | "none";

/** What a worker's call was made for, as far as the host can vouch for it: never what the worker says alone. */
export interface CallOrigin {
  readonly invocation: InvocationStatus;
  /** Of a live invocation only. */
  readonly invocationId: string | undefined;
  /** Of a live invocation only. */
  readonly scope: unknown;
}

/** Looks up what a call was made for. */
export function callOrigin(
  invocations: Invocations<unknown>,
  meta: Pick<MessageMeta, "invocationId"> | undefined,
  now: () => number,
): CallOrigin {
  const id = meta?.invocationId;
  const resolved = id === undefined ? "none" : (invocations.held(id) ?? invocations.resolve(id, now()));
  return typeof resolved === "string"
    ? { invocation: resolved, invocationId: undefined, scope: undefined }
    : { invocation: "live", invocationId: id, scope: resolved.scope };
}
