// node scripts/freeze.mjs <commit> <name>: bundles the program of test/e2e/frozen against the packages as they were at that
// commit into test/e2e/frozen/<name>/{worker,host}.js. Needs this checkout's dependencies.
import { execFileSync } from "node:child_process";
import { cp, mkdir, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { build } from "esbuild";

const [commit, name] = process.argv.slice(2);
if (commit === undefined || name === undefined) {
  console.error("node scripts/freeze.mjs <commit> <name>, e.g. node scripts/freeze.mjs HEAD 0.1");
  process.exit(2);
}
const root = join(import.meta.dirname, "..");
const frozen = join(root, "test/e2e/frozen");
const tree = await mkdtemp(join(tmpdir(), "freeze-"));
try {
  const archive = execFileSync("git", ["archive", commit, "packages"], { cwd: root, maxBuffer: 1 << 30 });
  execFileSync("tar", ["-x", "-C", tree], { input: archive });
  for (const one of ["protocol", "host", "worker-sdk"]) {
    await cp(join(root, "packages", one, "node_modules"), join(tree, "packages", one, "node_modules"), {
      recursive: true,
      verbatimSymlinks: true,
    });
  }
  // pnpm's links lead here, relative to a package.
  await symlink(join(root, "node_modules"), join(tree, "node_modules"));
  await cp(join(frozen, "program"), join(tree, "program"), { recursive: true });
  const packages = Object.fromEntries(
    ["protocol", "host", "worker-sdk"].map((one) => [`@outrigger/${one}`, join(tree, "packages", one)]),
  );
  await mkdir(join(tree, "program/node_modules/@outrigger"), { recursive: true });
  for (const [link, folder] of Object.entries(packages))
    await symlink(folder, join(tree, "program/node_modules", link));
  await symlink(join(root, "test/e2e/node_modules/zod"), join(tree, "program/node_modules/zod"));
  await build({
    entryPoints: [join(tree, "program/worker.ts"), join(tree, "program/host.ts")],
    outdir: join(frozen, name),
    bundle: true,
    minify: true,
    format: "esm",
    platform: "node",
    target: "node20.19",
    conditions: ["outrigger-source"],
    legalComments: "none",
    banner: { js: `// Made by scripts/freeze.mjs of ${name}; never edited.` },
    tsconfigRaw: {},
    logLevel: "warning",
    plugins: [
      {
        // The program has a logger of its own, and speaks English.
        name: "smaller",
        setup({ onResolve, onLoad }) {
          onResolve({ filter: /^pino$/ }, () => ({ path: "pino", namespace: "none" }));
          onLoad({ filter: /.*/, namespace: "none" }, () => ({ contents: "export const pino = undefined;" }));
          onLoad({ filter: /zod\/v4\/locales\/index\.js$/ }, () => ({
            contents: 'export { default as en } from "./en.js";',
          }));
        },
      },
    ],
  });
} finally {
  await rm(tree, { recursive: true, force: true });
}
