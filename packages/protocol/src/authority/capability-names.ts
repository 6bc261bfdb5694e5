import type { MethodMap } from "../contract.js";
import { ErrorCode, RpcError } from "../errors.js";
import { didYouMean, listed } from "./nearest-name.js";

/** The capabilities that the worker→host methods of a contract need. */
export function capabilityNames(contract: { readonly workerToHost: MethodMap }): ReadonlySet<string> {
  const needed = Object.values(contract.workerToHost).map(({ capability }) => capability);
  return new Set(needed.filter((name) => name !== undefined));
}

/** @throws RpcError INVALID_PARAMS for a name that no method of the contract needs: it would count for nothing. */
export function checkCapabilityNames(
  option: string,
  names: readonly string[],
  contract: { readonly name: string; readonly workerToHost: MethodMap },
): void {
  const known = capabilityNames(contract);
  const stray = names.find((name) => !known.has(name));
  if (stray === undefined) return;
  throw new RpcError(
    ErrorCode.INVALID_PARAMS,
    `${option}: no method of the contract ${contract.name} needs ${JSON.stringify(stray.slice(0, 100))}${didYouMean(stray, known)} (it knows ${listed(known)})`,
  );
}
