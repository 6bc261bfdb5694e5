import { scopeBytes } from "./call-scope.js";

/** What an invocation lends. */
export interface Lent<Scope> {
  readonly scope: Scope;
}

/** Scopes that are taken back by time, in order of their end: the time added is always the same. */
export interface LingeringScopes<Scope> {
  add(number: number, scope: Scope, until: number): void;
  get(number: number, now: number): Lent<Scope> | undefined;
  drop(number: number): void;
  /** Whether there was one. */
  dropFirst(): boolean;
  dropEnded(now: number): void;
  clear(): void;
  size(): number;
  bytes(): number;
}

/**
 * Queues beside the map, because a map's first entry is slow to find after many before it were deleted; of numbers, because
 * ten thousand objects that age one after the other are the garbage collector's work.
 */
export function createLingeringScopes<Scope>(): LingeringScopes<Scope> {
  const scopes = new Map<number, Scope>();
  let numbers: number[] = [];
  let ends: number[] = [];
  let head = 0;
  let bytes = 0;

  const take = (number: number): boolean => {
    const scope = scopes.get(number);
    if (!scopes.delete(number)) return false;
    bytes -= scopeBytes(scope);
    return true;
  };
  const takeFirst = (): boolean => {
    const isThere = take(numbers[head] as number);
    head++;
    if (head > 1024 && head > numbers.length / 2) {
      numbers = numbers.slice(head);
      ends = ends.slice(head);
      head = 0;
    }
    return isThere;
  };
  const dropEnded = (now: number): void => {
    while (head < numbers.length && now >= (ends[head] as number)) takeFirst();
  };

  return {
    dropEnded,
    add(number, scope, until) {
      scopes.set(number, scope);
      bytes += scopeBytes(scope);
      numbers.push(number);
      ends.push(until);
    },
    get(number, now) {
      dropEnded(now);
      return scopes.has(number) ? { scope: scopes.get(number) as Scope } : undefined;
    },
    drop(number) {
      if (!take(number)) return;
      // Taken back at once it is the latest, and leaves nothing behind, however often nothing can be sent.
      while (numbers.length > head && !scopes.has(numbers.at(-1) as number)) {
        numbers.pop();
        ends.pop();
      }
    },
    dropFirst() {
      // Those that were taken out by their number are passed.
      while (head < numbers.length) if (takeFirst()) return true;
      return false;
    },
    clear() {
      scopes.clear();
      numbers = [];
      ends = [];
      head = bytes = 0;
    },
    size: () => scopes.size,
    bytes: () => bytes,
  };
}
