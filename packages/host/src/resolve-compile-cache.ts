import { checkCounts, type Given, givenUnlessOff, withDefaults } from "./option-checks.js";

/** What is kept of the code that workers' Nodes compiled. */
export interface CompileCacheLimits {
  /** Bytes on disk for all workers of one `node_modules`; past it all of it is cleared. Default 67,108,864 (64 MiB). */
  readonly maxBytes: number;
}

/** The option `compileCache`; `false`: nothing is kept. */
export type CompileCacheOption = Given<CompileCacheLimits> | false;

const DEFAULT_COMPILE_CACHE: CompileCacheLimits = { maxBytes: 64 * 1024 * 1024 };

/** @throws RpcError INVALID_PARAMS naming the option, what was expected and what it got */
export function resolveCompileCache(
  host: CompileCacheOption | undefined,
  worker: CompileCacheOption | undefined,
): CompileCacheLimits | undefined {
  const given = givenUnlessOff(host, worker);
  if (given === undefined) return undefined;
  const limits = withDefaults(DEFAULT_COMPILE_CACHE, ...given);
  checkCounts("compileCache", limits);
  return limits;
}
