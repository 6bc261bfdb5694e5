// Runs turbo with its telemetry off for everyone who uses this repository, on every platform.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";

const bin = createRequire(import.meta.url).resolve("turbo/bin/turbo");
const env = { ...process.env, TURBO_TELEMETRY_DISABLED: "1", DO_NOT_TRACK: "1" };
process.exit(spawnSync(process.execPath, [bin, ...process.argv.slice(2)], { stdio: "inherit", env }).status ?? 1);
