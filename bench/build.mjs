// Turns src into plain JavaScript, file by file: workers load what their users would. A plugin of Outrigger is built to one
// file, as the README has it; the same plugin in the files of its packages is measured beside it.
// Usage: node build.mjs [folder]
import { readdirSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const src = path("./src");

const options = {
  outdir: process.argv[2] ?? path("./dist"),
  outbase: src,
  format: "esm",
  platform: "node",
  target: "node20.19",
  logLevel: "error",
};
const plugin = `${src}/adapters/outrigger/worker.ts`;
const files = readdirSync(src, { recursive: true })
  .filter((file) => /(?<!\.test)\.ts$/.test(file))
  .map((file) => `${src}/${file}`);

await build({ ...options, entryPoints: files });
await build({
  ...options,
  entryPoints: [plugin],
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  minify: true,
  absWorkingDir: path("."),
});
