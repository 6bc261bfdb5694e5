import { realpathSync, statSync } from "node:fs";
import { basename, resolve } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { ErrorCode, RpcError } from "@outrigger/protocol";
import { codePaths } from "./code-paths.js";
import { planCompileCache, tendCompileCache } from "./compile-cache.js";
import { checkIntegrity, checkPin } from "./entry-integrity.js";
import { inspectorFlags } from "./inspector-flags.js";
import type { Launcher, LaunchSpec, WorkerProcess } from "./launcher.js";
import { nodeFlags } from "./node-flags.js";
import { splitOptions } from "./node-options.js";
import { type NodePermissions, planPermissions } from "./node-permissions.js";
import { checkStrings, invalidOption, shown } from "./option-checks.js";
import { checkNotOverruled, checkPermissions } from "./permission-checks.js";
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
  /**
   * What it may do, by Node's permission model; what this Node can enforce of it, diagnostics tell. Default: no model, and
   * it may do what the host's user may. See docs/permissions.md in the repository.
   */
  readonly permissions?: NodePermissions | undefined;
  /**
   * The hash the entry must have, `"sha256-<base64>"` (or sha384, sha512), checked before each launch. A mismatch is a
   * failed start, reason `integrity-mismatch`, and is not tried again. What the entry imports is not checked. Default: none.
   */
  readonly integrity?: string | undefined;
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
  const { permissions, integrity } = options;
  if (integrity !== undefined) checkPin(integrity);
  if (permissions !== undefined) {
    checkPermissions(permissions);
    checkNotOverruled("execArgv", execArgv ?? []);
  }
  const node = nodePath ?? process.execPath;
  const isOwnNode = node === process.execPath;
  const optionsIn = (spec: LaunchSpec): readonly string[] => [
    ...(execArgv ?? []),
    ...splitOptions(spec.env.NODE_OPTIONS),
  ];
  const argv = (spec: LaunchSpec, file: string, flags: readonly string[]): [string, ...string[]] => [
    node,
    ...(spec.heapMb === undefined ? [] : [`--max-old-space-size=${spec.heapMb}`]),
    ...(execArgv ?? []).map((argument, index, all) => importable(argument, all[index - 1])),
    ...flags,
    file,
    ...(args ?? []),
  ];

  const start = (spec: LaunchSpec, file: string, planned: readonly string[] = []): WorkerProcess => {
    const secret = permissions === undefined ? inspectorFlags(isOwnNode, optionsIn(spec)) : [];
    return spawnWorker(argv(spec, file, [...secret, ...planned]), spec, secret.length > 0);
  };

  /** With nothing between the file and what is run but Node's cache. */
  const launchPlain = (spec: LaunchSpec): WorkerProcess => {
    const file = existing(entry);
    const { compileCache } = spec;
    if (compileCache === undefined || !isOwnNode) return start(spec, file);
    const folder = planCompileCache(file, spec.env, optionsIn(spec));
    if (folder === undefined) return start(spec, file);
    const launched = start({ ...spec, env: { ...spec.env, NODE_COMPILE_CACHE: folder } }, file);
    if (launched.pid === undefined) return launched;
    tendCompileCache(launched, folder, compileCache.maxBytes);
    return { ...launched, compileCache: { ...compileCache, folder } };
  };

  const launchChecked = async (spec: LaunchSpec): Promise<WorkerProcess> => {
    const file = existing(entry);
    let plan: ReturnType<typeof planPermissions> | undefined;
    if (permissions !== undefined) {
      checkNotOverruled("env.NODE_OPTIONS", splitOptions(spec.env.NODE_OPTIONS));
      plan = planPermissions(permissions, await nodeFlags(node, spec.env), codePaths(file));
    }
    // Last, so that as little time as can be passes until Node reads the file.
    if (integrity !== undefined) await checkIntegrity(file, integrity);
    const launched = start(spec, file, plan?.flags);
    return plan === undefined ? launched : { ...launched, permissions: plan.report };
  };

  const isPlain = permissions === undefined && integrity === undefined;
  return {
    name: `node ${basename(entry)}`,
    launch: isPlain ? launchPlain : launchChecked,
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
