import { checkDelay, ErrorCode, RpcError } from "@outrigger/protocol";
import { kindOf } from "@outrigger/protocol/authority";

/** The error of an option nobody can use. */
export function invalidOption(message: string): RpcError {
  return new RpcError(ErrorCode.INVALID_PARAMS, message);
}

/** A value as a message shows it, whatever it is; its beginning, when it is long. */
export function shown(value: unknown): string {
  if (typeof value === "bigint") return `${value}n`;
  if (typeof value === "number") return String(value);
  if (typeof value === "symbol" || typeof value === "function") return `a ${typeof value}`;
  try {
    const text = JSON.stringify(value) ?? String(value);
    return text.length > 200 ? `${text.slice(0, 200)}…` : text;
  } catch {
    return `a value that cannot be shown (${typeof value})`;
  }
}

/** @throws RpcError INVALID_PARAMS unless `defineContract` may have made it. */
export function checkContract(contract: unknown): void {
  const { name, version, hostToWorker, workerToHost } = (contract ?? {}) as Record<string, unknown>;
  const isMap = (value: unknown): boolean => typeof value === "object" && value !== null;
  if (typeof name === "string" && typeof version === "number" && isMap(hostToWorker) && isMap(workerToHost)) return;
  throw invalidOption(`contract: expected what defineContract makes, got ${shown(contract)}`);
}

/** @throws RpcError INVALID_PARAMS unless it is a list of strings without NUL, which no argument can carry. */
export function checkStrings(name: string, value: unknown): void {
  if (Array.isArray(value) && value.every((item) => typeof item === "string" && !item.includes("\0"))) return;
  throw invalidOption(`${name}: expected a list of strings without NUL, got ${shown(value)}`);
}

/** The options given over the defaults; what is `undefined` counts as not given. */
export function withDefaults<T extends object>(defaults: T, ...given: readonly (Given<T> | undefined)[]): T {
  const merged = { ...defaults };
  for (const options of given) {
    for (const key of Object.keys(defaults) as (keyof T)[]) {
      const value = options?.[key];
      if (value !== undefined) merged[key] = value as T[keyof T];
    }
  }
  return merged;
}

/** Options of which none need be given. */
export type Given<T> = { readonly [K in keyof T]?: T[K] | undefined };

/** What a host and a worker give of an option that `false` turns off, the worker's word last; `undefined`: it is off. */
export function givenUnlessOff<T>(
  host: T | false | undefined,
  worker: T | false | undefined,
): readonly (T | undefined)[] | undefined {
  if ((worker ?? host) === false) return undefined;
  return [host, worker].map((given) => (given === false ? undefined : given));
}

/** @throws RpcError INVALID_PARAMS unless all are ms from 1 to 2,147,483,647: 0, negative and NaN would fire at once. */
export function checkDelays(group: string, values: object): void {
  for (const [name, value] of Object.entries(values)) {
    try {
      checkDelay(value as number, `${group}.${name}`);
    } catch (error) {
      throw invalidOption((error as Error).message);
    }
  }
}

/** @throws RpcError INVALID_PARAMS unless all are whole numbers from 1. */
export function checkCounts(group: string, values: object): void {
  for (const [name, value] of Object.entries(values)) {
    if (!Number.isSafeInteger(value) || (value as number) < 1) {
      throw invalidOption(`${group}.${name}: expected a whole number from 1, got ${shown(value)}`);
    }
  }
}

const MAX_ID_CHARACTERS = 256;

/** @throws RpcError INVALID_PARAMS unless it is text of 1 to 256 characters without control characters. */
export function checkWorkerId(id: unknown): string {
  if (typeof id === "string" && id.trim() !== "" && id.length <= MAX_ID_CHARACTERS && !/\p{Cc}/u.test(id)) return id;
  const got = typeof id === "string" ? JSON.stringify(id.slice(0, 100)) : kindOf(id);
  throw invalidOption(
    `worker id: expected text of 1 to ${MAX_ID_CHARACTERS} characters without control characters, such as "acme.greeter", got ${got}`,
  );
}
