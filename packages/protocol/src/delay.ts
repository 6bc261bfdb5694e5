/** The longest delay a timer takes, in ms: 2^31 - 1. */
export const MAX_DELAY_MS = 2_147_483_647;

/**
 * Checks a timeout or delay given by a user.
 * @throws RangeError unless it is a number of ms from 1 to 2,147,483,647: 0, negative and NaN would fire at once.
 */
export function checkDelay(value: number, name: string): number {
  if (typeof value !== "number" || !(value >= 1) || value > MAX_DELAY_MS) {
    throw new RangeError(`${name}: expected ms from 1 to ${MAX_DELAY_MS}, got ${String(value)}`);
  }
  return value;
}
