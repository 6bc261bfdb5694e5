// Builds packages without a word unless it fails: on a terminal turbo reports even a cached build.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";

export function quietBuild(filter) {
  const turbo = fileURLToPath(new URL("turbo.mjs", import.meta.url));
  const args = [turbo, "run", "build", `--filter=${filter}`, "--output-logs=errors-only"];
  const build = spawnSync(process.execPath, args, { stdio: ["ignore", "pipe", "pipe"], encoding: "utf8" });
  if (build.status === 0) return;
  process.stderr.write(`${build.stdout ?? ""}${build.stderr ?? ""}${build.error ?? ""}\n`);
  process.exit(build.status ?? 1);
}
