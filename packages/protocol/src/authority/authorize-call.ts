import type { Method } from "../contract.js";
import { ErrorCode, RpcError } from "../errors.js";
import { checkCapability } from "./capabilities.js";
import type { ResolvedInvocation } from "./invocations.js";

/**
 * Whether a worker may make a call: it needs the method's capability, and for a `scoped` method a live scope.
 *
 * @param resolve whose authority the call has; `"none"` when it names no invocation. Asked only for scoped methods.
 * @throws RpcError CAPABILITY_DENIED, or INVOCATION_SCOPE_DENIED saying why the call has no scope
 */
export function authorizeCall(
  method: string,
  definition: Method,
  granted: ReadonlySet<string>,
  resolve: () => ResolvedInvocation<unknown> | "none",
): void {
  checkCapability(method, definition.capability, granted);
  if (definition.scoped !== true) return;
  const resolved = resolve();
  if (typeof resolved === "string") throw scopeDenied(method, resolved);
  if (resolved.scope === undefined) throw scopeDenied(method, "unscoped");
}

function scopeDenied(method: string, why: "none" | "unknown" | "expired" | "unscoped"): RpcError {
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
