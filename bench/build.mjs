// Turns src into plain JavaScript, file by file: workers load what their users would, not a bundle.
// Usage: node build.mjs [folder]
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const src = path("./src");

await build({
  entryPoints: readdirSync(src, { recursive: true })
    .filter((file) => /(?<!\.test)\.ts$/.test(file))
    .map((file) => `${src}/${file}`),
  outdir: process.argv[2] ?? path("./dist"),
  outbase: src,
  format: "esm",
  platform: "node",
  target: "node20.19",
  logLevel: "warning",
});
