// The demo owns the terminal (colours, progress bar), so it runs beside turbo and not inside it.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { quietBuild } from "./quiet-build.mjs";

const path = (relative) => fileURLToPath(new URL(relative, import.meta.url));

quietBuild("@outrigger/example-plugin...");

const args = process.argv.slice(2);
if (args[0] === "--") args.shift();
const demo = path("../packages/example-plugin/dist/demo.js");
const child = spawn(process.execPath, ["--enable-source-maps", demo, ...args], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 1));
