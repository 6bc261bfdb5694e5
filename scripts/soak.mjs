// Many workers under load while a seeded schedule kills, stops, hangs, floods and garbles them.
// Usage: node scripts/soak.mjs [--minutes N] [--seed S] [--workers N] [--rate N] [--chaos-ms N] [--json]
import { spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { buildSoak } from "../test/soak/soak-build.mjs";

const { program, outdir } = await buildSoak();
const child = spawn(process.execPath, ["--expose-gc", program, ...process.argv.slice(2)], { stdio: "inherit" });
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => child.kill(signal));
child.on("exit", (code) => {
  rmSync(outdir, { recursive: true, force: true });
  process.exit(code ?? 1);
});
