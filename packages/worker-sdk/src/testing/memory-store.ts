/** One list page. */
export interface Page {
  readonly limit?: number | undefined;
  readonly cursor?: string | null | undefined;
}

/** Maps by scope and namespace: what one tenant stored another does not see. */
export interface MemoryStore<Value> {
  /** Scopes are equal when they are equal as JSON. */
  of(scope: unknown, namespace?: string): Map<string, Value>;
}

export function createMemoryStore<Value>(): MemoryStore<Value> {
  const maps = new Map<string, Map<string, Value>>();
  return {
    of(scope, namespace = "default") {
      const key = `${JSON.stringify(scope) ?? ""}\n${namespace}`;
      const found = maps.get(key) ?? new Map<string, Value>();
      maps.set(key, found);
      return found;
    },
  };
}

/** The page after a cursor, which is the last key of the page before. */
export function pageOf<Value>(entries: readonly (readonly [string, Value])[], { limit = 100, cursor }: Page) {
  const sorted = [...entries].sort(([a], [b]) => (a < b ? -1 : 1));
  const rest = cursor == null ? sorted : sorted.filter(([key]) => key > cursor);
  const page = rest.slice(0, limit);
  return { page, cursor: rest.length > limit ? (page.at(-1)?.[0] ?? null) : null };
}
