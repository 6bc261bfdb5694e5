import { type Contract, lifecycle } from "@outrigger/protocol";
import { defaultLogger } from "./host-logger.js";
import type { HostOptions } from "./host-options.js";
import { systemRuntime } from "./host-runtime.js";
import type { UntypedHandlers } from "./host-serving.js";
import { invalidOption } from "./option-checks.js";
import type { HostCore } from "./worker-spec.js";

/**
 * What the workers of a host have in common.
 * @throws RpcError INVALID_PARAMS naming the handler that is missing, or that no method of the contract is for
 */
export function hostCore<C extends Contract>(contract: C, options: HostOptions<C>): HostCore {
  const handlers = (options?.handlers ?? {}) as UntypedHandlers;
  for (const [method, definition] of Object.entries(contract.workerToHost)) {
    const handler: unknown = Object.hasOwn(handlers, method) ? handlers[method] : undefined;
    if (typeof handler === "function" || (handler === undefined && definition.optional)) continue;
    throw invalidOption(`handlers: the contract ${contract.name} needs a function for ${JSON.stringify(method)}`);
  }
  const stray = Object.keys(handlers).find((method) => !Object.hasOwn(contract.workerToHost, method));
  if (stray !== undefined) {
    throw invalidOption(`handlers: the contract ${contract.name} has no worker→host method ${JSON.stringify(stray)}`);
  }
  const { name, version } = options;
  return {
    contract,
    outgoing: { ...contract.hostToWorker, ...lifecycle.hostToWorker },
    serving: { ...contract.workerToHost, ...lifecycle.workerToHost },
    handlers: { ...handlers },
    logger: options.logger ?? defaultLogger(),
    runtime: options.runtime ?? systemRuntime,
    codec: options.codec,
    identity:
      name === undefined && version === undefined ? undefined : { name: name ?? "host", version: version ?? "0.0.0" },
  };
}
