import { ErrorCode, RpcError } from "../errors.js";
import { isRecord, kindOf } from "../value-kind.js";
import { didYouMean } from "./nearest-name.js";

/** @throws RpcError INVALID_PARAMS unless it is an object and no list. Never shows what stands in it: it may be a secret. */
export function checkObject(
  name: string,
  value: unknown,
  expected = "an object with options",
): Readonly<Record<string, unknown>> {
  if (isRecord(value)) return value;
  throw new RpcError(ErrorCode.INVALID_PARAMS, `${name}: expected ${expected}, got ${kindOf(value)}`);
}

/** @throws RpcError INVALID_PARAMS when there is an option that nobody knows: a typo would count for nothing. */
export function checkKeys(
  group: string,
  value: unknown,
  known: readonly string[],
  expected?: string,
): Readonly<Record<string, unknown>> {
  const given = checkObject(group, value, expected);
  const stray = Object.keys(given).find((key) => !known.includes(key) && given[key] !== undefined);
  if (stray === undefined) return given;
  const text = `there is no option ${JSON.stringify(stray.slice(0, 100))}${didYouMean(stray, known)}`;
  throw new RpcError(ErrorCode.INVALID_PARAMS, `${group}: ${text} (it has ${known.join(", ")})`);
}
