/** More would not fit into a double. */
const MAX_DIGITS = 15;

/** Where the number that was read last ended: good until the next is read. An object for both would be one for each message. */
export let numberEnd = 0;

const BEYOND = 10 ** MAX_DIGITS;

/** Whether it is a number that `wholeNumber` reads. */
export const isWholeNumber = (value: unknown): boolean =>
  typeof value === "number" && value >= 0 && value < BEYOND && Number.isInteger(value);

/** The whole number without sign at `at`, of at most `MAX_DIGITS` digits as JSON writes them; -1 when none stands there. */
export function wholeNumber(line: string, at: number): number {
  let value = 0;
  numberEnd = at;
  for (let digit = line.charCodeAt(at) - 0x30; digit >= 0 && digit <= 9; digit = line.charCodeAt(numberEnd) - 0x30) {
    value = value * 10 + digit;
    numberEnd++;
  }
  const digits = numberEnd - at;
  return digits === 0 || digits > MAX_DIGITS || (digits > 1 && line.charCodeAt(at) === 0x30) ? -1 : value;
}
