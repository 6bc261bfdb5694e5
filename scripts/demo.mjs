// The demo owns the terminal (colours, progress bar), so it runs beside turbo and not inside it.
import { spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { turbo } from "./turbo.mjs";

const status = turbo(["run", "build", "--filter=@outrigger/example-plugin...", "--output-logs=errors-only"], {
  stdio: ["ignore", "ignore", "inherit"],
});
if (status !== 0) process.exit(status);

const demo = fileURLToPath(new URL("../packages/example-plugin/dist/demo.js", import.meta.url));
const args = process.argv.slice(2);
if (args[0] === "--") args.shift();
const child = spawn(process.execPath, ["--enable-source-maps", demo, ...args], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => process.exit(code ?? 1));
