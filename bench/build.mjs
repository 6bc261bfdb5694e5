// Turns src into plain JavaScript, file by file: workers load what their users would, not a bundle. But for the one that
// is measured as a bundle, with all it imports in one file.
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
const bundled = `${src}/adapters/outrigger-bundled/worker.ts`;
const files = readdirSync(src, { recursive: true })
  .filter((file) => /(?<!\.test)\.ts$/.test(file))
  .map((file) => `${src}/${file}`);

await build({ ...options, entryPoints: files.filter((file) => file !== bundled) });
// With the small half of zod, which checks the same; Node starts CommonJS a little sooner.
await build({
  ...options,
  entryPoints: [bundled],
  format: "cjs",
  outExtension: { ".js": ".cjs" },
  bundle: true,
  minify: true,
  alias: { "@outrigger/protocol/zod": "@outrigger/protocol/zod-mini" },
  absWorkingDir: path("."),
});
