// The demo owns the terminal (colours, progress bar), so it runs beside turbo and not inside it.
import { spawn, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

// Quiet unless it fails: on a terminal turbo reports even a cached build.
const turbo = ["run", "build", "--filter=@outrigger/example-plugin...", "--output-logs=errors-only"];
const build = spawnSync(process.execPath, [path("turbo.mjs"), ...turbo], {
  stdio: ["ignore", "pipe", "pipe"],
  encoding: "utf8",
});
if (build.status !== 0) {
  process.stderr.write(`${build.stdout ?? ""}${build.stderr ?? ""}${build.error ?? ""}\n`);
  process.exit(build.status ?? 1);
}

const args = process.argv.slice(2);
if (args[0] === "--") args.shift();
const demo = path("../packages/example-plugin/dist/demo.js");
const child = spawn(process.execPath, ["--enable-source-maps", demo, ...args], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 1));
