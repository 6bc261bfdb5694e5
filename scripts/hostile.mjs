// The hostile workers alone. `--full` sends what the suite is named for: ten million messages in each flood.
import { spawnSync } from "node:child_process";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const FULL_SCALE = 10_000_000;

const args = process.argv.slice(2).filter((argument) => argument !== "--");
const rest = args.filter((argument) => argument !== "--full");
const env = { HOSTILE_REPORT: "1", ...process.env };
if (rest.length < args.length) env.HOSTILE_SCALE = String(FULL_SCALE);
const cwd = fileURLToPath(new URL("../test/hostile", import.meta.url));
const require = createRequire(new URL("../package.json", import.meta.url));
const vitest = join(dirname(require.resolve("vitest/package.json")), "vitest.mjs");
process.exit(spawnSync(process.execPath, [vitest, "run", ...rest], { cwd, env, stdio: "inherit" }).status ?? 1);
