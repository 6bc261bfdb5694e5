import { basename } from "node:path";
import { ErrorCode, RpcError } from "@outrigger/protocol";
import type { Launcher } from "./launcher.js";
import { shown } from "./option-checks.js";
import { spawnWorker } from "./spawn-launcher.js";

/**
 * Starts any command that speaks the protocol on its stdin and stdout: a worker in another language, or one elsewhere:
 * `["docker", "run", "-i", "--rm", "-e", "OUTRIGGER_WORKER_ID", "image"]`, `["ssh", "host", "plugin"]`,
 * `["kubectl", "exec", "-i", "pod", "--", "plugin"]`. No shell is involved: each argument arrives as it is. Where the command
 * only leads to the worker, signals end the command; the worker ends when its stdin does, so it must not outlive that.
 *
 * A command that does not exist is a failed start, not an exception.
 * @throws RpcError INVALID_PARAMS when `argv` is empty or holds something else than strings.
 */
export function commandLauncher(argv: readonly [command: string, ...args: string[]]): Launcher {
  if (!Array.isArray(argv) || typeof argv[0] !== "string" || argv[0] === "" || !argv.every(isText)) {
    throw new RpcError(
      ErrorCode.INVALID_PARAMS,
      `argv: expected a command and its arguments as strings without NUL, got ${shown(argv)}`,
    );
  }
  const [command, ...args] = argv;
  return { name: basename(command), launch: (spec) => spawnWorker([command, ...args], spec) };
}

function isText(argument: unknown): boolean {
  return typeof argument === "string" && !argument.includes("\0");
}
