import { ErrorCode, RpcError } from "../errors.js";
import { listed } from "./nearest-name.js";

/**
 * Whether a worker may call a host method. Names are compared exactly; there are no wildcards.
 * @param needed the method's `capability`; `undefined`: anybody may
 * @throws RpcError CAPABILITY_DENIED with what was needed and what was granted, also in `data`
 */
export function checkCapability(method: string, needed: string | undefined, granted: ReadonlySet<string>): void {
  if (needed === undefined || granted.has(needed)) return;
  const names = [...granted].sort();
  throw new RpcError(
    ErrorCode.CAPABILITY_DENIED,
    `${method} needs the capability ${JSON.stringify(needed)}; this worker was granted ${listed(names)}; add it to capabilities where the worker is started`,
    { data: { needed, granted: names } },
  );
}
