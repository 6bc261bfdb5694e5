// Runs the README's two commands on every supported Node, each in its own fresh clone of the last commit.
// Usage: node scripts/node-matrix.mjs [major …]
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { delimiter, dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const majors = process.argv.length > 2 ? process.argv.slice(2) : ["20", "22", "24", "26"];
const pnpm = JSON.parse(readFileSync(join(root, "package.json"), "utf8")).packageManager;

// What pnpm and npx leave behind for their children would steer the ones started here.
const clean = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(npm_|pnpm_|INIT_CWD$)/i.test(name)),
);

const run = (cwd, path, command, args) => {
  const env = { ...clean, PATH: path, CI: "true", npm_config_yes: "true" };
  const started = performance.now();
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd,
    env,
    encoding: "utf8",
    shell: process.platform === "win32",
    stdio: ["ignore", "pipe", "pipe"],
    maxBuffer: 2 ** 28,
  });
  const seconds = `${((performance.now() - started) / 1000).toFixed(0)} s`;
  return { ok: status === 0, seconds, output: `${stdout ?? ""}${stderr ?? ""}`, stdout: stdout ?? "" };
};

const lastLine = (text) => text.trimEnd().split("\n").at(-1);

function check(major) {
  const dir = mkdtempSync(join(tmpdir(), `outrigger-node${major}-`));
  const found = run(dir, process.env.PATH, "npx", ["-p", `node@${major}`, "--", "node", "-p", "process.execPath"]);
  if (!found.ok) return { ok: false, line: `node ${major}: not installed (${lastLine(found.output)})` };
  const path = [dirname(lastLine(found.stdout)), process.env.PATH].join(delimiter);
  const version = lastLine(run(dir, path, "node", ["-v"]).stdout);

  const clone = join(dir, "outrigger");
  const cloned = run(dir, path, "git", ["clone", "--quiet", root, clone]);
  if (!cloned.ok) return { ok: false, line: `node ${version}: clone failed (${lastLine(cloned.output)})` };

  const test = run(clone, path, "npx", [pnpm, "test"]);
  const totals = run(clone, path, "node", ["scripts/test-totals.mjs", test.ok ? "0" : "1"]);
  const demo = run(clone, path, "npx", [pnpm, "demo"]);
  const ok = test.ok && totals.ok && demo.ok;

  const log = join(dir, "run.log");
  writeFileSync(log, `${test.output}\n${demo.output}`);
  if (ok) rmSync(dir, { recursive: true, force: true });
  const verdict = (result) => `${result.ok ? "ok" : "FAILED"} (${result.seconds})`;
  const line = `node ${version}: test ${verdict(test)}, ${lastLine(totals.stdout)}; demo ${verdict(demo)}`;
  return { ok, line: ok ? line : `${line}; log: ${log}` };
}

const results = majors.map((major) => {
  const result = check(major);
  console.log(result.line);
  return result;
});
process.exitCode = results.every(({ ok }) => ok) ? 0 : 1;
