import { SECRET_INSPECTOR } from "@outrigger/protocol";

/** Somebody has plans of his own for the inspector, or it is forbidden. */
const OWN_PLANS = /^--(?:inspect|debug-port|disable-sigusr1|no-inspect|permission|experimental-permission)/;

/**
 * What to start a worker's Node with; nothing where the inspector cannot be opened from outside, or is not the host's to open.
 *
 * @param isOwnNode it is the Node that the host runs in: of another, nothing is known
 * @param given the options it is started with otherwise, those of `NODE_OPTIONS` included
 */
export function secretInspector(isOwnNode: boolean, given: readonly string[]): readonly string[] {
  const { platform, features, versions } = process;
  const isNode = features.inspector && versions.electron === undefined && versions.bun === undefined;
  const isFree = !given.some((option) => OWN_PLANS.test(option.replaceAll("_", "-")));
  // Elsewhere nobody can see whether it would die of the signal.
  return isOwnNode && isNode && isFree && platform === "linux" ? SECRET_INSPECTOR : [];
}
