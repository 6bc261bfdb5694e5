/**
 * Options for a Node whose inspector the host may open with `SIGUSR1` to see where it hangs: on any free port of this machine
 * alone, at an address that is told on stderr and on no page, so that nobody else gets in.
 */
const SECRET_INSPECTOR = ["--inspect-port=127.0.0.1:0", "--inspect-publish-uid=stderr"] as const;

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
  const isFree = !given.some((option) => OWN_PLANS.test(option));
  return isOwnNode && isNode && isFree && platform !== "win32" ? SECRET_INSPECTOR : [];
}
