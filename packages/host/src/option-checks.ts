import { checkDelay, ErrorCode, RpcError } from "@outrigger/protocol";

/** The error of an option nobody can use. */
export function invalidOption(message: string): RpcError {
  return new RpcError(ErrorCode.INVALID_PARAMS, message);
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
      throw invalidOption(`${group}.${name}: expected a whole number from 1, got ${String(value)}`);
    }
  }
}

const MAX_ID_CHARACTERS = 256;

/** @throws RpcError INVALID_PARAMS unless it is text of 1 to 256 characters without control characters. */
export function checkWorkerId(id: unknown): string {
  if (typeof id === "string" && id.trim() !== "" && id.length <= MAX_ID_CHARACTERS && !/\p{Cc}/u.test(id)) return id;
  const got = typeof id === "string" ? JSON.stringify(id.slice(0, 100)) : id === null ? "null" : typeof id;
  throw invalidOption(
    `worker id: expected text of 1 to ${MAX_ID_CHARACTERS} characters without control characters, such as "acme.greeter", got ${got}`,
  );
}
