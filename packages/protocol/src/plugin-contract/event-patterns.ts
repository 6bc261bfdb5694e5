import { ownMember } from "../own-member.js";

/** A JSON value's own members, by name. */
type Members = Readonly<Record<string, unknown>>;

/**
 * Which event names a pattern takes: a name itself, `issue.*` all that begin with `issue.`, `*` all.
 * @throws TypeError for a pattern with `*` anywhere but at its end.
 */
export function eventMatcher(pattern: string): (name: string) => boolean {
  if (pattern === "*") return () => true;
  const star = pattern.indexOf("*");
  if (star === -1) return (name) => name === pattern;
  if (star !== pattern.length - 1 || !pattern.endsWith(".*")) {
    throw new TypeError(
      `event pattern ${JSON.stringify(pattern)}: expected a name, a beginning like "issue.*", or "*"`,
    );
  }
  const beginning = pattern.slice(0, -1);
  return (name) => name.startsWith(beginning);
}

/** Whether a payload has all members of a filter, with the same values as JSON. */
export function matchesFilter(payload: unknown, filter: Members): boolean {
  return Object.entries(filter).every(([key, value]) => isSame(ownMember(payload, key), value));
}

/** Equal as JSON. */
function isSame(a: unknown, b: unknown): boolean {
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return Object.is(a, b);
  if (Array.isArray(a) !== Array.isArray(b)) return false;
  const keys = Object.keys(a);
  return keys.length === Object.keys(b).length && keys.every((key) => isSame(ownMember(a, key), ownMember(b, key)));
}
