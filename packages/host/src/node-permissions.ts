/**
 * What a Node worker may do, by Node's own permission model; everything not named is denied. It narrows what a plugin does
 * by mistake, and holds against no plugin that means harm: see docs/permissions.md in the repository.
 */
export interface NodePermissions {
  /**
   * Files and folders it may read, absolute paths, or `["*"]` for all. Always readable: the folder of its entry, and the
   * `node_modules` folders above it. Default: none.
   */
  readonly read?: readonly string[] | undefined;
  /** Files and folders it may write, absolute paths, or `["*"]` for all. A folder must exist before the start. Default: none. */
  readonly write?: readonly string[] | undefined;
  /** May start processes, which none of this binds: a way around all the rest. Default `false`. */
  readonly childProcess?: boolean | undefined;
  /**
   * May start worker threads. Node does not bind a thread that is started with options of its own: a way around all the
   * rest. Without it the SDK's guard thread does not run. Default `false`.
   */
  readonly workers?: boolean | undefined;
  /** May use the network. Enforced from Node 25 on. Default `false`. */
  readonly net?: boolean | undefined;
  /** May load native addons, which none of this binds: a way around all the rest. Default `false`. */
  readonly addons?: boolean | undefined;
}

/** The name of a permission. */
export type PermissionName = keyof NodePermissions;

/** What became of the permissions of a process. */
export interface PermissionReport {
  /** Denied or limited by Node itself, as asked. */
  readonly enforced: readonly PermissionName[];
  /** Denied on paper only: this Node has no flag for it, and the worker can do it all the same. */
  readonly notEnforced: readonly PermissionName[];
  /** Allowed, and each a way around all that is enforced: what is left holds against mistakes only. */
  readonly waysAround: readonly PermissionName[];
}

const SWITCHES: readonly (readonly [PermissionName, string])[] = [
  ["childProcess", "--allow-child-process"],
  ["workers", "--allow-worker"],
  ["net", "--allow-net"],
  ["addons", "--allow-addons"],
];
const WAYS_AROUND = ["childProcess", "workers", "addons"] as const;

/**
 * Maps permissions to the flags a Node has.
 *
 * @param supported the flags that Node knows (`process.allowedNodeEnvironmentFlags`)
 * @param code files and folders that must be readable for anything to run
 */
export function planPermissions(
  permissions: NodePermissions,
  supported: ReadonlySet<string>,
  code: readonly string[],
): { readonly flags: readonly string[]; readonly report: PermissionReport } {
  const model = ["--permission", "--experimental-permission"].find((flag) => supported.has(flag));
  if (model === undefined) {
    const notEnforced: PermissionName[] = ["read", "write", ...deniedOf(permissions)];
    return { flags: [], report: { enforced: [], notEnforced, waysAround: [] } };
  }
  const flags = [model];
  for (const path of new Set([...code, ...(permissions.read ?? [])])) flags.push(`--allow-fs-read=${path}`);
  for (const path of new Set(permissions.write ?? [])) flags.push(`--allow-fs-write=${path}`);
  const enforced: PermissionName[] = ["read", "write"];
  for (const [name, flag] of SWITCHES) {
    if (!supported.has(flag)) continue;
    enforced.push(name);
    if (permissions[name] === true) flags.push(flag);
  }
  const notEnforced = deniedOf(permissions).filter((name) => !enforced.includes(name));
  const waysAround = WAYS_AROUND.filter((name) => permissions[name] === true);
  return { flags, report: { enforced, notEnforced, waysAround } };
}

/** What is allowed needs no enforcement. */
function deniedOf(permissions: NodePermissions): PermissionName[] {
  return SWITCHES.map(([name]) => name).filter((name) => permissions[name] !== true);
}
