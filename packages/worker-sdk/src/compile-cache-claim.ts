import { COMPILE_CACHE } from "@outrigger/protocol";

const BY_THE_HOST = new RegExp(`/\\.cache/${COMPILE_CACHE}-\\d+$`);

/** Takes the host's folder for compiled code out of the environment: it is for this process, not for what a plugin starts. */
export function claimCompileCache(): void {
  if (BY_THE_HOST.test(process.env.NODE_COMPILE_CACHE ?? "")) delete process.env.NODE_COMPILE_CACHE;
}
