/** What a plugin says it needs, beside what it was granted, and what it said before. */
export interface CapabilityReport {
  /** What it needs; `undefined`: it does not say. */
  readonly declared: readonly string[] | undefined;
  readonly granted: readonly string[];
  /** Needed now, and not by its process before; empty for the first. */
  readonly added: readonly string[];
  /** Needed by its process before, and not any more. */
  readonly removed: readonly string[];
  /** Needed and not granted. */
  readonly missing: readonly string[];
}

/**
 * Compares what a plugin declares with what it may.
 * @param before what its process before declared; `undefined`: there was none, or it did not say
 */
export function reportCapabilities(
  declared: readonly string[] | undefined,
  granted: ReadonlySet<string>,
  before: readonly string[] | undefined,
): CapabilityReport {
  const now = new Set(declared);
  const without = (names: Iterable<string>, others: Iterable<string>): readonly string[] => {
    const left = new Set(names);
    for (const name of others) left.delete(name);
    return [...left].sort();
  };
  const known =
    declared === undefined || before === undefined ? [[], []] : [without(now, before), without(before, now)];
  return {
    declared: declared && [...now].sort(),
    granted: [...granted].sort(),
    added: known[0] as readonly string[],
    removed: known[1] as readonly string[],
    missing: without(now, granted),
  };
}
