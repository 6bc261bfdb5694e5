import type { Clock } from "./clock.js";
import type { Method } from "./contract.js";
import { checkDelay } from "./delay.js";
import type { MessageMeta } from "./messages.js";

interface AskedTimeouts {
  readonly timeoutMs?: number | undefined;
  readonly withinMs?: number | undefined;
  readonly idleTimeoutMs?: number | undefined;
}

/**
 * How long a call may take in all, ms: what its caller asks, else what the contract says, else `fallback`, and never more
 * than is left to the call it is made for; a stream has no limit by itself.
 * @throws RangeError
 */
export function totalTimeout(
  definition: Method,
  method: string,
  options: AskedTimeouts,
  fallback: number,
): number | undefined {
  const asked = options.timeoutMs ?? (definition.kind === "notification" ? undefined : definition.timeoutMs);
  const own = asked === undefined ? undefined : checkDelay(asked, `${method}: timeoutMs`);
  const total = own ?? (definition.kind === "stream" ? undefined : fallback);
  const { withinMs } = options;
  return withinMs !== undefined && (total === undefined || total > withinMs) ? withinMs : total;
}

/** How long nothing may be heard of a call, ms; `undefined`: as long as it may take. @throws RangeError */
export function idleTimeout(definition: Method, method: string, options: AskedTimeouts): number | undefined {
  const asked = options.idleTimeoutMs ?? (definition.kind === "notification" ? undefined : definition.idleTimeoutMs);
  return asked === undefined ? undefined : checkDelay(asked, `${method}: idleTimeoutMs`);
}

let plain: MessageMeta = Object.freeze({ deadlineMs: 0 });

/**
 * Tells the other end how long its caller waits, unless that is what it takes for granted. Most calls have no other meta,
 * and wait as long: they share one.
 */
export function withDeadline(
  meta: MessageMeta | undefined,
  deadlineMs: number,
  impliedMs: number | undefined,
): MessageMeta | undefined {
  if (deadlineMs === impliedMs && meta?.deadlineMs === undefined) return meta;
  if (meta !== undefined) return { ...meta, deadlineMs };
  if (plain.deadlineMs !== deadlineMs) plain = Object.freeze({ deadlineMs });
  return plain;
}

/** A call that ends when nothing is heard of it for long: how long, and when it ends at the latest. */
export interface IdleLimit {
  readonly ms: number;
  readonly total: number;
}

/** What idleness needs to know of a call. */
interface IdleCall {
  readonly idle: IdleLimit | undefined;
  readonly reader: { readonly hasItems: boolean } | undefined;
  readonly input: { readonly isWaiting: boolean } | undefined;
  deadline: number;
}

/** Something came of the call: only from now on is it idle. */
export function heard(call: IdleCall, clock: Clock): void {
  if (call.idle !== undefined) call.deadline = Math.min(call.idle.total, clock.now() + call.idle.ms);
}

/**
 * A producer is not idle while its reader leaves items where they are: it may have no credit. Nor is a handler that waits
 * for the caller's input. Gives them more time, as far as there is some.
 */
export function isHeldByCaller(call: IdleCall, now: number): boolean {
  const { idle } = call;
  if (idle === undefined || (call.reader?.hasItems !== true && call.input?.isWaiting !== true)) return false;
  call.deadline = Math.min(idle.total, now + idle.ms);
  return call.deadline > now;
}
