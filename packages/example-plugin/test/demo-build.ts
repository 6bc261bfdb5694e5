import { mkdir, readFile, rm } from "node:fs/promises";
import { join } from "node:path";
import { type BuildOptions, build } from "esbuild";
import type { TestProject } from "vitest/node";

declare module "vitest" {
  interface ProvidedContext {
    /** The folder with a runnable `demo.js` and `plugin.js`. */
    demoBuild: string;
  }
}

const root = join(import.meta.dirname, "..");

/** Bundles the demo and its plugin from the workspace's sources, so that the test needs no build. */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  // One folder per run: two runs in the same tree must not overwrite each other's files.
  const outdir = join(root, "reports", `demo-${process.pid}`);
  await mkdir(outdir, { recursive: true });
  const { dependencies } = JSON.parse(await readFile(join(root, "package.json"), "utf8")) as {
    dependencies: Record<string, string>;
  };
  const installed = Object.keys(dependencies).filter((name) => !name.startsWith("@outrigger/"));
  const shared: BuildOptions = {
    outdir,
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    conditions: ["outrigger-source"],
    logLevel: "warning",
  };
  await build({ ...shared, entryPoints: [join(root, "src/demo.ts")], external: installed });
  // As shipped: one file that needs no node_modules.
  await build({ ...shared, entryPoints: [join(root, "src/plugin.ts")] });
  project.provide("demoBuild", outdir);
  return () => rm(outdir, { recursive: true, force: true });
}
