import { SECRET_INSPECTOR } from "@outrigger/protocol";
import { canSeeSignals } from "./caught-signals.js";
import { enablePermissions, findOption } from "./node-options.js";

/** Somebody has plans of his own for the inspector. */
const OWN_PLANS = /^--(?:inspect|debug-port|disable-sigusr1|no-inspect)/;

/** Whether `process.execPath` is a Node with an inspector, and not an application that has one in it. */
export const isPlainNode = (): boolean =>
  process.features.inspector && process.versions.electron === undefined && process.versions.bun === undefined;

/**
 * What to start a worker's Node with, so that its inspector can be opened from outside; nothing where that cannot be, or is
 * not for the host to do.
 *
 * @param isOwnNode it is the Node that the host runs in: of another, nothing is known
 * @param given the options it is started with otherwise, those of `NODE_OPTIONS` included
 */
export function inspectorFlags(isOwnNode: boolean, given: readonly string[]): readonly string[] {
  const isFree = findOption(given, OWN_PLANS) === undefined;
  const isForbidden = enablePermissions(given);
  return isOwnNode && isPlainNode() && isFree && !isForbidden && canSeeSignals() ? SECRET_INSPECTOR : [];
}
