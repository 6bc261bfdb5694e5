/** What a Node worker may do, by Node's own permission model; everything not named is denied. */
export interface NodePermissions {
  /** Files and folders it may read, absolute paths. Its entry file is always readable. Default: none. */
  readonly read?: readonly string[] | undefined;
  /** Files and folders it may write, absolute paths. Default: none. */
  readonly write?: readonly string[] | undefined;
  /** May start processes. Default `false`. */
  readonly childProcess?: boolean | undefined;
  /** May start worker threads; without it the guard thread of the SDK cannot run. Default `false`. */
  readonly workers?: boolean | undefined;
  /** May use the network. Default `false`. */
  readonly net?: boolean | undefined;
  /** May load native addons, which are outside every other permission. Default `false`. */
  readonly addons?: boolean | undefined;
}

export type PermissionName = keyof NodePermissions;

/** The flags for one Node, and what they really do there. */
export interface PermissionPlan {
  readonly flags: readonly string[];
  /** Denied or limited by Node itself. */
  readonly enforced: readonly PermissionName[];
  /** Asked for, but this Node has no flag for it: the worker can do it all the same. */
  readonly notEnforced: readonly PermissionName[];
}

const SWITCHES: readonly (readonly [PermissionName, string])[] = [
  ["childProcess", "--allow-child-process"],
  ["workers", "--allow-worker"],
  ["net", "--allow-net"],
  ["addons", "--allow-addons"],
];

/**
 * Maps permissions to the flags a Node has.
 *
 * @param supported the flags that Node knows (`process.allowedNodeEnvironmentFlags`)
 * @param entry the entry file, which must be readable for anything to run
 */
export function planPermissions(
  permissions: NodePermissions,
  supported: ReadonlySet<string>,
  entry: string,
): PermissionPlan {
  const model = ["--permission", "--experimental-permission"].find((flag) => supported.has(flag));
  const asked: PermissionName[] = ["read", "write", ...SWITCHES.map(([name]) => name)];
  if (model === undefined) return { flags: [], enforced: [], notEnforced: asked };

  const flags = [model];
  for (const path of new Set([entry, ...(permissions.read ?? [])])) flags.push(`--allow-fs-read=${path}`);
  for (const path of new Set(permissions.write ?? [])) flags.push(`--allow-fs-write=${path}`);
  const enforced: PermissionName[] = ["read", "write"];
  const notEnforced: PermissionName[] = [];
  for (const [name, flag] of SWITCHES) {
    const allowed = permissions[name] === true;
    if (!supported.has(flag)) {
      if (!allowed) notEnforced.push(name);
      continue;
    }
    if (allowed) flags.push(flag);
    enforced.push(name);
  }
  return { flags, enforced, notEnforced };
}
