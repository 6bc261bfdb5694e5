import { ErrorCode, RpcError } from "../errors.js";
import { createNumberText } from "../number-text.js";
import { numberEnd, wholeNumber } from "../whole-number.js";
import { scopeBytes } from "./call-scope.js";
import { createLingeringScopes, type Lent, type LingeringScopes } from "./lingering-scopes.js";

/** How long and how many scopes a host lends to one process. */
export interface InvocationLimits {
  /** How long an id stays good after its call settled, for nested calls already on their way, ms. Default 5,000. */
  readonly graceMs: number;
  /** How long the id of a notification is good: nothing tells when its handler is done, ms. Default 900,000. */
  readonly notificationMs: number;
  /** Ids of calls remembered at once, settled ones in their grace included; and as many of notifications. Default 10,000. */
  readonly max: number;
  /** JSON of the scopes of settled calls, bytes; and as much of notifications. A larger one has no grace. Default 16 MiB. */
  readonly bytes: number;
}

/** The bounds when none are given. */
export const DEFAULT_INVOCATION_LIMITS: InvocationLimits = {
  graceMs: 5_000,
  notificationMs: 900_000,
  max: 10_000,
  bytes: 16 * 1024 * 1024,
};

/** Whose authority a call of a worker has: that of a live invocation, or why it has none. */
type ResolvedInvocation<Scope> = Lent<Scope> | "expired" | "unknown";

/** The scopes lent to one process. An id means nothing to any other. */
export interface Invocations<Scope> {
  /** Lends a scope until `settle`. @throws RpcError OVERLOADED when all ids are in use. */
  open(scope: Scope, now: number): string;
  /**
   * Lends a scope to a notification's handler; past a bound the oldest notification's is taken back.
   * @throws RpcError INVALID_PARAMS when the scope alone is past it
   */
  openNotification(scope: Scope, now: number): string;
  /** The call was answered, failed or timed out: the grace begins. */
  settle(id: string, now: number): void;
  /** The notification was not sent: nobody is to have its scope. */
  revokeNotification(id: string): void;
  /** What a call that has not settled lends: it is told without a clock. */
  held(id: unknown): Lent<Scope> | undefined;
  /** `expired`: it was ours once; `unknown`: it never was. Takes what a worker sent, of any type. */
  resolve(id: unknown, now: number): ResolvedInvocation<Scope>;
  /** Lets go of what is over: `stats` counts the rest. */
  forgetEnded(now: number): void;
  /** Takes back everything lent; ids are given out no less. */
  drain(): void;
  /** Ids in use; ids in their grace or lent to notifications, and bytes of their scopes; ids taken back early for lack of room. */
  stats(): { readonly open: number; readonly lingering: number; readonly bytes: number; readonly evicted: number };
}

/**
 * Keeps the scopes lent to one process.
 * @param prefix random, so that an id of another process or an earlier one is not taken for one of this
 */
export function createInvocations<Scope>(
  prefix: string,
  limits: InvocationLimits = DEFAULT_INVOCATION_LIMITS,
): Invocations<Scope> {
  const start = `${prefix}.`;
  const textOf = createNumberText(start);
  const running = new Map<number, Scope>();
  const settled = createLingeringScopes<Scope>();
  const notifications = createLingeringScopes<Scope>();
  let counter = 0;
  let evicted = 0;
  /** Found last while its call ran: calls of one handler come in floods. */
  let found: { readonly id: unknown; readonly number: number; readonly lent: Lent<Scope> } | undefined;

  /** -1 for what was never an id of this process. */
  const numberOf = (id: unknown): number => {
    if (typeof id !== "string" || !id.startsWith(start)) return -1;
    const number = wholeNumber(id, start.length);
    return numberEnd === id.length && number > 0 && number <= counter ? number : -1;
  };
  const forgetEnded = (now: number): void => {
    settled.dropEnded(now);
    notifications.dropEnded(now);
  };
  const evictFirst = (of: LingeringScopes<Scope>): boolean => {
    const isEvicted = of.dropFirst();
    if (isEvicted) evicted++;
    return isEvicted;
  };
  const linger = (of: LingeringScopes<Scope>, number: number, scope: Scope, until: number): void => {
    of.add(number, scope, until);
    while ((of.size() > limits.max || of.bytes() > limits.bytes) && evictFirst(of));
  };
  // Notifications are remembered much longer than calls: in one budget they would take the calls' grace from them.
  const makeRoom = (now: number): void => {
    forgetEnded(now);
    if (running.size + settled.size() < limits.max || evictFirst(settled)) return;
    throw new RpcError(
      ErrorCode.OVERLOADED,
      `${limits.max} calls with an invocation are in flight; wait for answers before calling again`,
    );
  };
  const heldAs = (id: unknown, number: number): Lent<Scope> | undefined => {
    if (!running.has(number)) return undefined;
    found = { id, number, lent: { scope: running.get(number) as Scope } };
    return found.lent;
  };

  return {
    forgetEnded,
    open(scope, now) {
      makeRoom(now);
      running.set(++counter, scope);
      return textOf(counter);
    },
    openNotification(scope, now) {
      const bytes = scopeBytes(scope);
      if (bytes > limits.bytes) {
        const text = `scope: expected at most ${limits.bytes} bytes of JSON for a notification, got ${bytes}; name the tenant, and keep the rest at the host`;
        throw new RpcError(ErrorCode.INVALID_PARAMS, text);
      }
      forgetEnded(now);
      linger(notifications, ++counter, scope, now + limits.notificationMs);
      return textOf(counter);
    },
    settle(id, now) {
      const number = numberOf(id);
      const scope = running.get(number) as Scope;
      if (!running.delete(number)) return;
      if (found?.number === number) found = undefined;
      settled.dropEnded(now);
      // Those of others would not make enough room for it.
      if (scopeBytes(scope) > limits.bytes) evicted++;
      else linger(settled, number, scope, now + limits.graceMs);
    },
    revokeNotification(id) {
      notifications.drop(numberOf(id));
    },
    held: (id) => (found !== undefined && found.id === id ? found.lent : heldAs(id, numberOf(id))),
    resolve(id, now) {
      const number = numberOf(id);
      if (number === -1) return "unknown";
      return heldAs(id, number) ?? settled.get(number, now) ?? notifications.get(number, now) ?? "expired";
    },
    drain() {
      running.clear();
      settled.clear();
      notifications.clear();
      found = undefined;
    },
    stats: () => ({
      open: running.size,
      lingering: settled.size() + notifications.size(),
      bytes: settled.bytes() + notifications.bytes(),
      evicted,
    }),
  };
}
