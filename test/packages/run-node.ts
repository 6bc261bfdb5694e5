import { spawnSync } from "node:child_process";

/** Runs Node in a folder as a user would, with nothing of this test run. */
export function runNode(folder: string, ...args: string[]) {
  const env = { PATH: process.env.PATH ?? "" };
  return spawnSync(process.execPath, args, { cwd: folder, env, encoding: "utf8", timeout: 30_000 });
}
