import type { Method } from "../contract.js";
import { ErrorCode, RpcError } from "../errors.js";
import type { CallOrigin, InvocationStatus } from "./call-origin.js";
import { checkCapability } from "./capabilities.js";

/**
 * Whether a worker may make a call: it needs the method's capability, and for a `scoped` method a live scope.
 *
 * @param originOf what the call was made for. Asked only for scoped methods.
 * @throws RpcError CAPABILITY_DENIED, or INVOCATION_SCOPE_DENIED saying why the call has no scope
 */
export function authorizeCall(
  method: string,
  definition: Method,
  granted: ReadonlySet<string>,
  originOf: () => CallOrigin,
): void {
  checkCapability(method, definition.capability, granted);
  if (definition.scoped !== true) return;
  const { invocation, scope } = originOf();
  if (invocation !== "live") throw scopeDenied(method, invocation);
  if (scope === undefined) throw scopeDenied(method, "unscoped");
}

function scopeDenied(method: string, why: Exclude<InvocationStatus, "live"> | "unscoped"): RpcError {
  const text = {
    none: "carries no invocation; make it with the host object of the handler's context, while the call runs",
    unknown: "carries an invocation this worker was never given",
    expired: "carries an invocation that is over; background work has no scope of a call that was answered",
    unscoped: "belongs to a call that was made without a scope; pass { scope } where the host makes it",
  }[why];
  return new RpcError(ErrorCode.INVOCATION_SCOPE_DENIED, `${method} needs a scope: this call ${text}`, {
    data: { invocation: why },
  });
}
