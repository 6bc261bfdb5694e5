// The bench owns the terminal (progress, tables), so it runs beside turbo and not inside it.
import { spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { quietBuild } from "./quiet-build.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));
const node = (file, ...args) => spawnSync(process.execPath, [path(file), ...args], { stdio: "inherit" }).status ?? 1;

quietBuild("@outrigger/bench^...");
process.exit(node("../bench/build.mjs") || node("../bench/dist/main.js", ...process.argv.slice(2)));
