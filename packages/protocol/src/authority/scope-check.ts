import { ErrorCode, RpcError } from "../errors.js";
import type { CallOrigin, InvocationStatus } from "./call-origin.js";

/**
 * Whether a call of a `scoped` method was made for a live invocation that lends a scope.
 * @throws RpcError INVOCATION_SCOPE_DENIED saying why the call has none
 */
export function checkScope(method: string, { invocation, scope }: CallOrigin): void {
  if (invocation !== "live") throw scopeDenied(method, invocation);
  if (scope === undefined) throw scopeDenied(method, "unscoped");
}

function scopeDenied(method: string, why: Exclude<InvocationStatus, "live"> | "unscoped"): RpcError {
  const text = {
    none: "carries no invocation; make it with the host object of the handler's context, while a call runs that the host made with { scope }",
    unknown: "carries an invocation this worker was never given",
    expired: "carries an invocation that is over; background work has no scope of a call that was answered",
    unscoped: "belongs to a call that was made without a scope; pass { scope } where the host makes it",
  }[why];
  return new RpcError(ErrorCode.INVOCATION_SCOPE_DENIED, `${method} needs a scope: this call ${text}`, {
    data: { invocation: why },
  });
}
