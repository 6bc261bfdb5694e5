// `--reset` removes old reports; otherwise sums the reports of every package and prints `N passed, N failed`.
// Usage: node scripts/test-totals.mjs [--reset | <exit status of the test run>]
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const read = (path) => JSON.parse(readFileSync(path, "utf8"));

const inside = (folder) => readdirSync(join(root, folder)).map((name) => join(root, folder, name));
const packages = [...inside("packages"), ...inside("test"), join(root, "bench")].filter(
  (dir) => existsSync(join(dir, "package.json")) && read(join(dir, "package.json")).scripts?.test,
);

const tally = (dir) => {
  const path = join(dir, "reports", "vitest.json");
  if (!existsSync(path)) return { passed: 0, failed: 1, note: `${dir}: no test report` };
  const report = read(path);
  // A file that fails outside its tests (import error, type error at top level) has no failed test of its own.
  const broken = report.testResults.filter(
    (file) => file.status === "failed" && !file.assertionResults.some((test) => test.status === "failed"),
  ).length;
  return { passed: report.numPassedTests, failed: report.numFailedTests + broken };
};

if (process.argv[2] === "--reset") {
  for (const dir of packages) rmSync(join(dir, "reports"), { recursive: true, force: true });
} else {
  const status = Number(process.argv[2] ?? 0);
  const tallies = packages.map(tally);
  const passed = tallies.reduce((sum, { passed }) => sum + passed, 0);
  let failed = tallies.reduce((sum, { failed }) => sum + failed, 0);
  for (const { note } of tallies) if (note) console.log(note);
  // Lint, typecheck and build have no tests to count, and neither has an unhandled rejection.
  if (status !== 0 && failed === 0) failed = 1;
  console.log(`${passed} passed, ${failed} failed`);
  process.exitCode = status || (failed > 0 || passed === 0 ? 1 : 0);
}
