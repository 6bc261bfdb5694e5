/** What the table needs to know of a call; the rest of the entry is its owner's. */
export interface Deadlined {
  /** Absolute time in ms on the owner's clock; `Infinity` for none. */
  readonly deadline: number;
  /** Neither refused for the bound nor counted. */
  readonly isExempt?: boolean;
}

/** Outgoing calls by id. Every entry leaves exactly once: by `take`, `takeExpired` or `takeWhere`. */
export interface PendingCalls<Entry extends Deadlined> {
  size(): number;
  /** Reserves an id, or `undefined` when `limit` calls are in flight. */
  add(entry: Entry): number | undefined;
  get(id: unknown): Entry | undefined;
  take(id: unknown): Entry | undefined;
  /** Removes the calls whose deadline has come, but for those that `prolong` gives another one. */
  takeExpired(now: number, prolong?: (entry: Entry) => boolean): [id: number, entry: Entry][];
  /** Removes the calls that match, oldest first. */
  takeWhere(matches: (entry: Entry) => boolean): [id: number, entry: Entry][];
  /** All calls, oldest first. */
  list(): Entry[];
  /** The earliest deadline, `Infinity` for none. */
  nextDeadline(): number;
  /** Whether the id was given out before: a reply to it is late, not unasked. */
  wasIssued(id: unknown): boolean;
}

/**
 * Ids are slots of a ring: an array index beats a Map when a thousand calls are in flight.
 *
 * @param lastId the id before the first one.
 */
export function createPendingCalls<Entry extends Deadlined>(limit: number, lastId = 0): PendingCalls<Entry> {
  let capacity = 64;
  let entries = new Array<Entry | undefined>(capacity).fill(undefined);
  let ids = new Array<number>(capacity).fill(0);
  let size = 0;
  let exempt = 0;

  const slotOf = (id: unknown): number => {
    if (typeof id !== "number") return -1;
    const slot = id & (capacity - 1);
    return ids[slot] === id && entries[slot] !== undefined ? slot : -1;
  };

  const grow = (): void => {
    const [oldIds, oldEntries] = [ids, entries];
    capacity *= 2;
    entries = new Array<Entry | undefined>(capacity).fill(undefined);
    ids = new Array<number>(capacity).fill(0);
    oldEntries.forEach((entry, slot) => {
      const id = oldIds[slot] as number;
      if (entry === undefined) return;
      entries[id & (capacity - 1)] = entry;
      ids[id & (capacity - 1)] = id;
    });
  };

  const removeSlot = (slot: number): Entry => {
    const entry = entries[slot] as Entry;
    entries[slot] = undefined;
    size--;
    if (entry.isExempt === true) exempt--;
    return entry;
  };

  const removeWhere = (matches: (entry: Entry) => boolean): [number, Entry][] => {
    const removed: [number, Entry][] = [];
    for (let slot = 0; slot < capacity && size > 0; slot++) {
      const entry = entries[slot];
      if (entry !== undefined && matches(entry)) removed.push([ids[slot] as number, removeSlot(slot)]);
    }
    return removed.sort(([a], [b]) => a - b);
  };

  return {
    size: () => size,
    add(entry) {
      if (entry.isExempt === true) exempt++;
      else if (size - exempt >= limit) return undefined;
      if (size * 2 >= capacity) grow();
      // A long call keeps its slot; the ids that would land on it are skipped. Half the slots are free, so this ends.
      do lastId = lastId === Number.MAX_SAFE_INTEGER ? 1 : lastId + 1;
      while (entries[lastId & (capacity - 1)] !== undefined);
      const slot = lastId & (capacity - 1);
      entries[slot] = entry;
      ids[slot] = lastId;
      size++;
      return lastId;
    },
    get(id) {
      const slot = slotOf(id);
      return slot === -1 ? undefined : entries[slot];
    },
    take(id) {
      const slot = slotOf(id);
      return slot === -1 ? undefined : removeSlot(slot);
    },
    takeExpired: (now, prolong) => removeWhere((entry) => entry.deadline <= now && prolong?.(entry) !== true),
    takeWhere: removeWhere,
    list() {
      const slots = entries.flatMap((entry, slot) => (entry === undefined ? [] : [slot]));
      return slots.sort((a, b) => (ids[a] as number) - (ids[b] as number)).map((slot) => entries[slot] as Entry);
    },
    nextDeadline() {
      let next = Number.POSITIVE_INFINITY;
      for (const entry of entries) if (entry !== undefined && entry.deadline < next) next = entry.deadline;
      return next;
    },
    wasIssued: (id) => typeof id === "number" && Number.isInteger(id) && id >= 1 && id <= lastId,
  };
}
