import { ErrorCode, RpcError } from "../errors.js";

/** How long and how many scopes a host lends to one process. */
export interface InvocationLimits {
  /** How long an id stays good after its call settled, for nested calls already on their way, ms. Default 5,000. */
  readonly graceMs: number;
  /** How long the id of a notification is good: nothing tells when its handler is done, ms. Default 900,000. */
  readonly notificationMs: number;
  /** Ids of calls remembered at once, settled ones in their grace included; and as many of notifications. Default 10,000. */
  readonly max: number;
}

/** The bounds when none are given. */
export const DEFAULT_INVOCATION_LIMITS: InvocationLimits = { graceMs: 5_000, notificationMs: 900_000, max: 10_000 };

/** Whose authority a call of a worker has: that of a live invocation, or why it has none. */
type ResolvedInvocation<Scope> = { readonly scope: Scope } | "expired" | "unknown";

/** The scopes lent to one process. An id means nothing to any other. */
export interface Invocations<Scope> {
  /** Lends a scope until `settle`. @throws RpcError OVERLOADED when all ids are in use. */
  open(scope: Scope, now: number): string;
  /** Lends a scope to a notification's handler; past the bound the oldest notification's is taken back. */
  openNotification(scope: Scope, now: number): string;
  /** The call was answered, failed or timed out: the grace begins. */
  settle(id: string, now: number): void;
  /** The notification was not sent: nobody is to have its scope. */
  revokeNotification(id: string): void;
  /** What a call that has not settled lends: it is told without a clock. */
  held(id: unknown): { readonly scope: Scope } | undefined;
  /** `expired`: it was ours once; `unknown`: it never was. Takes what a worker sent, of any type. */
  resolve(id: unknown, now: number): ResolvedInvocation<Scope>;
  /** Lets go of what is over: `stats` counts the rest. */
  forgetEnded(now: number): void;
  /** Takes back everything lent; ids are given out no less. */
  drain(): void;
  /** Ids in use, ids in their grace or lent to notifications, and ids taken back early for lack of room. */
  stats(): { readonly open: number; readonly lingering: number; readonly evicted: number };
}

/**
 * Keeps the scopes lent to one process.
 * @param prefix random, so that an id of another process or an earlier one is not taken for one of this
 */
export function createInvocations<Scope>(
  prefix: string,
  limits: InvocationLimits = DEFAULT_INVOCATION_LIMITS,
): Invocations<Scope> {
  const inUse = new Map<unknown, { readonly scope: Scope }>();
  const settled = createLingering<Scope>();
  const notifications = createLingering<Scope>();
  let counter = 0;
  let evicted = 0;

  const forgetEnded = (now: number): void => {
    settled.dropEnded(now);
    notifications.dropEnded(now);
  };
  // Notifications are remembered much longer than calls: in one budget they would take the calls' grace from them.
  const makeRoom = (now: number): void => {
    forgetEnded(now);
    if (inUse.size + settled.size() < limits.max) return;
    if (!settled.dropFirst()) {
      throw new RpcError(
        ErrorCode.OVERLOADED,
        `${limits.max} calls with an invocation are in flight; wait for answers before calling again`,
      );
    }
    evicted++;
  };
  const nextId = (): string => `${prefix}.${(++counter).toString(36)}`;
  const wasIssued = (id: string): boolean => {
    const number = id.startsWith(`${prefix}.`) ? id.slice(prefix.length + 1) : "";
    return /^[1-9a-z][0-9a-z]{0,10}$/.test(number) && Number.parseInt(number, 36) <= counter;
  };

  return {
    forgetEnded,
    open(scope, now) {
      makeRoom(now);
      const id = nextId();
      inUse.set(id, { scope });
      return id;
    },
    openNotification(scope, now) {
      forgetEnded(now);
      if (notifications.size() >= limits.max && notifications.dropFirst()) evicted++;
      const id = nextId();
      notifications.add({ id, scope, until: now + limits.notificationMs });
      return id;
    },
    settle(id, now) {
      const lent = inUse.get(id);
      if (lent === undefined) return;
      inUse.delete(id);
      settled.dropEnded(now);
      settled.add({ id, scope: lent.scope, until: now + limits.graceMs });
    },
    revokeNotification(id) {
      notifications.drop(id);
    },
    held: (id) => inUse.get(id),
    resolve(id, now) {
      const lent = inUse.get(id);
      if (lent !== undefined) return lent;
      if (typeof id !== "string") return "unknown";
      const lingering = settled.get(id) ?? notifications.get(id);
      if (lingering !== undefined && now < lingering.until) return { scope: lingering.scope };
      return wasIssued(id) ? "expired" : "unknown";
    },
    drain() {
      inUse.clear();
      settled.clear();
      notifications.clear();
    },
    stats: () => ({ open: inUse.size, lingering: settled.size() + notifications.size(), evicted }),
  };
}

interface Lent<Scope> {
  readonly id: string;
  readonly scope: Scope;
  readonly until: number;
}

/**
 * Ids that end by time, in order of their end: the time added is always the same. A queue beside the map, because a
 * map's first entry is slow to find after many before it were deleted.
 */
function createLingering<Scope>() {
  const byId = new Map<string, Lent<Scope>>();
  let queue: Lent<Scope>[] = [];
  let head = 0;

  const skipFirst = (): void => {
    head++;
    if (head > 1024 && head > queue.length / 2) {
      queue = queue.slice(head);
      head = 0;
    }
  };
  /** The oldest that was not taken out by its id. */
  const first = (): Lent<Scope> | undefined => {
    while (head < queue.length && !byId.has((queue[head] as Lent<Scope>).id)) skipFirst();
    return queue[head];
  };
  const dropFirst = (): boolean => {
    const oldest = first();
    if (oldest === undefined) return false;
    byId.delete(oldest.id);
    skipFirst();
    return true;
  };

  return {
    dropFirst,
    dropEnded(now: number): void {
      for (let oldest = first(); oldest !== undefined && now >= oldest.until; oldest = first()) dropFirst();
    },
    add(lent: Lent<Scope>): void {
      byId.set(lent.id, lent);
      queue.push(lent);
    },
    drop(id: string): void {
      // Taken back at once it is the latest, and leaves nothing behind, however often nothing can be sent.
      if (byId.delete(id) && queue.at(-1)?.id === id) queue.pop();
    },
    get: (id: string): Lent<Scope> | undefined => byId.get(id),
    clear(): void {
      byId.clear();
      queue = [];
      head = 0;
    },
    size: () => byId.size,
  };
}
