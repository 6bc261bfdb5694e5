import { isAbsolute } from "node:path";
import { checkKeys } from "@outrigger/protocol/authority";
import { findOption } from "./node-options.js";
import type { NodePermissions } from "./node-permissions.js";
import { checkStrings, invalidOption, shown } from "./option-checks.js";

const NAMES: Readonly<Record<keyof NodePermissions, "paths" | "switch">> = {
  ...{ read: "paths", write: "paths" },
  ...{ childProcess: "switch", workers: "switch", net: "switch", addons: "switch" },
};

/** Flags of Node that would grant, or switch off, what `permissions` promises; also through a file they name. */
const OVERRULING =
  /^--(?:no-)?(?:experimental-)?(?:permission|allow|config-file|default-config-file|env-file)(?:[-=]|$)/;

/** @throws RpcError INVALID_PARAMS naming the permission that cannot be used */
export function checkPermissions(permissions: unknown): void {
  const given = checkKeys("permissions", permissions, Object.keys(NAMES));
  for (const [name, kind] of Object.entries(NAMES)) {
    const value = given[name];
    if (value === undefined) continue;
    if (kind === "paths") checkPaths(`permissions.${name}`, value);
    else if (typeof value !== "boolean") {
      throw invalidOption(`permissions.${name}: expected true or false, got ${shown(value)}`);
    }
  }
}

/** Node takes a star for anything, wherever it stands. */
function checkPaths(name: string, value: unknown): void {
  checkStrings(name, value);
  const wrong = (value as readonly string[]).find((path) => path !== "*" && (!isAbsolute(path) || path.includes("*")));
  if (wrong === undefined) return;
  throw invalidOption(
    `${name}: expected absolute paths without "*", or "*" alone for all, got ${shown(wrong)}; name a folder for all in it`,
  );
}

/** @throws RpcError INVALID_PARAMS when options of Node say otherwise than `permissions` */
export function checkNotOverruled(option: string, flags: readonly string[]): void {
  const found = findOption(flags, OVERRULING);
  if (found === undefined) return;
  throw invalidOption(`${option}: ${shown(found)} would overrule permissions; say it there, or leave permissions out`);
}
