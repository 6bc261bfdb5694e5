import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { basename, join } from "node:path";
import { build } from "esbuild";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    fixtures: string;
  }
}

const here = import.meta.dirname;

/** Bundles each `fixtures/*.ts` from the packages' sources into one file that plain Node runs. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // One folder per run: two runs in the same tree must not overwrite each other's workers.
  const outdir = join(here, ".fixtures", String(process.pid));
  await mkdir(outdir, { recursive: true });
  await writeFile(join(outdir, "package.json"), '{"type":"module"}\n');
  const files = await readdir(join(here, "fixtures")).catch(() => []);
  await build({
    entryPoints: files.filter((file) => file.endsWith(".ts")).map((file) => join(here, "fixtures", basename(file))),
    outdir,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    conditions: ["outrigger-source"],
    external: ["pino"],
    sourcemap: "inline",
    logLevel: "warning",
  });
  project.provide("fixtures", outdir);
  return () => rm(outdir, { recursive: true, force: true });
}
