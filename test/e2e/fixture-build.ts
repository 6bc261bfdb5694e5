import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { build } from "esbuild";
import type { TestProject } from "vitest/node";
import { exampleNames, examplesFolder } from "./doc-examples.js";

declare module "vitest" {
  interface ProvidedContext {
    fixtures: string;
  }
}

const here = import.meta.dirname;

/** Each `fixtures/*.ts`, and the two ends of each example of docs/calls.md. */
async function entries(): Promise<string[]> {
  const fixtures = (await readdir(join(here, "fixtures"))).filter((file) => file.endsWith(".ts"));
  const examples = (await exampleNames()).flatMap((name) => [`${name}/plugin.ts`, `${name}/host.ts`]);
  return [
    ...fixtures.map((file) => join(here, "fixtures", file)),
    ...examples.map((file) => join(examplesFolder, file)),
  ];
}

/** Bundles them from the packages' sources, each into one file that plain Node runs. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // One folder per run: two runs in the same tree must not overwrite each other's workers.
  const outdir = join(here, ".fixtures", String(process.pid));
  await mkdir(outdir, { recursive: true });
  await writeFile(join(outdir, "package.json"), '{"type":"module"}\n');
  await build({
    entryPoints: await entries(),
    outbase: here,
    outdir,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    conditions: ["outrigger-source"],
    // A host that imports a plugin must not become it.
    external: ["pino", "@opentelemetry/*", "./plugin.js"],
    sourcemap: "inline",
    logLevel: "warning",
  });
  project.provide("fixtures", outdir);
  return () => rm(outdir, { recursive: true, force: true });
}
