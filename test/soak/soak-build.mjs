import { join } from "node:path";
import { build } from "esbuild";

/** Bundles the soak and its plugin from the packages' sources; plain Node runs them. Returns the program's path. */
export async function buildSoak() {
  const outdir = join(import.meta.dirname, ".fixtures", String(process.pid));
  await build({
    entryPoints: ["soak.ts", "soak-plugin.ts"].map((file) => join(import.meta.dirname, file)),
    outdir,
    outExtension: { ".js": ".mjs" },
    bundle: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    conditions: ["outrigger-source"],
    external: ["pino"],
    logLevel: "warning",
  });
  return { program: join(outdir, "soak.mjs"), outdir };
}
