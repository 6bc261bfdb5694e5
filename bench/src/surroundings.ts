import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";

const bench = fileURLToPath(new URL("..", import.meta.url));

export const historyFile = join(bench, "history.jsonl");

/** The version a peer is measured in. */
export function versionOf(name: string): string {
  const file = join(bench, "node_modules", name, "package.json");
  return existsSync(file) ? (JSON.parse(readFileSync(file, "utf8")) as { version: string }).version : "";
}

const git = (...args: string[]): string => {
  try {
    return execFileSync("git", args, { cwd: dirname(bench), encoding: "utf8", stdio: ["ignore", "pipe", "ignore"] });
  } catch {
    return "";
  }
};

export const commit = (): { commit: string; dirty: boolean } => ({
  commit: git("rev-parse", "--short=10", "HEAD").trim(),
  dirty: git("status", "--porcelain", "--", "packages").trim() !== "",
});

/** A commit as `history.jsonl` has it, whatever git name it was given by. */
export const resolveCommit = (name: string): string =>
  git("rev-parse", "--short=10", `${name}^{commit}`).trim() || name;

export const machine = (): string => `${cpus().length} cores, ${cpus()[0]?.model.trim() ?? "unknown processor"}`;
