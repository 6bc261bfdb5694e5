import { realpathSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ErrorCode, RpcError } from "@outrigger/protocol";
import type { Launcher } from "./launcher.js";
import { checkStrings, invalidOption, shown } from "./option-checks.js";
import { spawnWorker } from "./spawn-launcher.js";

/** Which JavaScript file runs in which Node, and how. */
export interface NodeLauncherOptions {
  /** The plugin's entry: a file URL (`new URL("./plugin.js", import.meta.url)`) or a path. Links are followed. */
  readonly entry: URL | string;
  /** Options of Node itself, before the entry. A worker inherits none of the host's. Default: none. */
  readonly execArgv?: readonly string[] | undefined;
  /** The Node to run. Default: the host's own, `process.execPath`. */
  readonly nodePath?: string | undefined;
  /** Arguments of the entry, `process.argv` from 2. Default: none. */
  readonly args?: readonly string[] | undefined;
}

/**
 * Starts a JavaScript file in a Node process of its own. The entry is looked up at each launch, so a file or a link that was
 * replaced is what the next start runs; a missing one is a failed start that says so.
 * @throws RpcError INVALID_PARAMS when `entry` is neither a path nor a file URL, or another option cannot be used.
 */
export function nodeLauncher(options: NodeLauncherOptions): Launcher {
  const entry = entryPath(options.entry);
  const { execArgv, args, nodePath } = options;
  if (execArgv !== undefined) checkStrings("execArgv", execArgv);
  if (args !== undefined) checkStrings("args", args);
  if (nodePath !== undefined && (typeof nodePath !== "string" || nodePath === "" || nodePath.includes("\0"))) {
    throw invalidOption(`nodePath: expected the path of a Node, got ${shown(nodePath)}`);
  }
  return {
    name: `node ${basename(entry)}`,
    launch: (spec) =>
      spawnWorker(
        () => [
          options.nodePath ?? process.execPath,
          ...(spec.heapMb === undefined ? [] : [`--max-old-space-size=${spec.heapMb}`]),
          ...(options.execArgv ?? []).map((argument, index, all) => importable(argument, all[index - 1])),
          existing(entry),
          ...(options.args ?? []),
        ],
        spec,
      ),
  };
}

function entryPath(entry: URL | string): string {
  if (typeof entry === "string" && entry !== "" && !/^[a-z][a-z0-9+.-]+:/i.test(entry)) return resolve(entry);
  if (entry instanceof URL || (typeof entry === "string" && entry.startsWith("file:"))) {
    try {
      return fileURLToPath(entry);
    } catch (error) {
      throw invalidEntry(entry, error);
    }
  }
  throw invalidEntry(entry, undefined);
}

function invalidEntry(entry: unknown, cause: unknown): RpcError {
  const got = entry instanceof URL || typeof entry === "string" ? JSON.stringify(String(entry)) : typeof entry;
  return new RpcError(
    ErrorCode.INVALID_PARAMS,
    `entry: expected a path or a file URL, got ${got}; write new URL("./plugin.js", import.meta.url)`,
    { cause },
  );
}

/** Links are followed here, so that in the worker `process.argv[1]` and `import.meta.url` name the same file. */
function existing(path: string): string {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw new Error(`entry: there is no file ${path}; build the plugin, or correct the path`);
  if (!stats.isFile())
    throw new Error(`entry: ${path} is not a file; name the JavaScript file that calls serve(plugin)`);
  return realpathSync(path);
}

const TAKES_MODULE = /^--(?:import|loader|experimental-loader)$/;
const WINDOWS_PATH = /^(--(?:import|loader|experimental-loader)=)?([a-z]:[\\/].*)$/i;

/** Node takes a drive letter here for a URL scheme. */
function importable(argument: string, before: string | undefined): string {
  const match = WINDOWS_PATH.exec(argument);
  if (match?.[2] === undefined || (match[1] === undefined && !TAKES_MODULE.test(before ?? ""))) return argument;
  return `${match[1] ?? ""}${pathToFileURL(match[2], { windows: true }).href}`;
}
