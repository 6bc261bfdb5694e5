import { rm } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    hostProgram: string;
  }
}

/** Bundles the host that the attacks are made on from the packages' sources: plain Node runs it, without a build. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const outdir = join(import.meta.dirname, ".fixtures", String(process.pid));
  const outfile = join(outdir, "attacked-host.mjs");
  await build({
    entryPoints: [join(import.meta.dirname, "attacked-host.ts")],
    outfile,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    conditions: ["outrigger-source"],
    external: ["pino"],
    logLevel: "warning",
  });
  project.provide("hostProgram", outfile);
  return () => rm(outdir, { recursive: true, force: true });
}
