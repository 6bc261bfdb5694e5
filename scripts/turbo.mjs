// Runs turbo with its telemetry off for everyone who uses this repository, on every platform.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

export function turbo(args, options = {}) {
  const bin = createRequire(import.meta.url).resolve("turbo/bin/turbo");
  const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
  return spawnSync(process.execPath, [bin, ...args], { stdio: "inherit", env, ...options }).status ?? 1;
}

if (process.argv[1] === import.meta.filename) process.exit(turbo(process.argv.slice(2)));
