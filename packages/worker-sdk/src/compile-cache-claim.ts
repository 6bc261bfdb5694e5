import { COMPILE_CACHE } from "@outrigger/protocol";

/** Takes the host's folder for compiled code out of the environment: it is for this process, not for what a plugin starts. */
export function claimCompileCache(): void {
  if (process.env.NODE_COMPILE_CACHE?.includes(COMPILE_CACHE) === true) delete process.env.NODE_COMPILE_CACHE;
}
