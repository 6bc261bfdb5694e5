import { ErrorCode, errorCodeName } from "../errors.js";
import type { Message } from "../messages.js";
import { REDACTED } from "./tape-format.js";

/** Whether a value is what the tape has. What was redacted is like anything. */
export function matchesTape(expected: unknown, got: unknown): boolean {
  if (expected === REDACTED || Object.is(expected, got)) return true;
  if (typeof expected !== "object" || typeof got !== "object" || expected === null || got === null) return false;
  if (ArrayBuffer.isView(expected) || ArrayBuffer.isView(got)) return haveSameBytes(expected, got);
  if (Array.isArray(expected) !== Array.isArray(got)) return false;
  const names = Object.keys(expected);
  return (
    names.length === Object.keys(got).length &&
    names.every((name) => Object.hasOwn(got, name) && matchesTape(member(expected, name), member(got, name)))
  );
}

/**
 * Whether an answer is what the tape has: errors by their code, and by message and data unless the runtime made them, whose
 * messages tell of times.
 */
export function matchesAnswer(expected: Message, got: Message): boolean {
  if ("error" in expected && "error" in got) return matchesError(expected.error, got.error);
  return "result" in expected && "result" in got && matchesTape(expected.result, got.result);
}

function matchesError(expected: unknown, got: unknown): boolean {
  const code = member(expected, "code");
  if (code !== member(got, "code")) return false;
  const isRuntimes = typeof code === "number" && errorCodeName(code) !== undefined && code !== ErrorCode.WORKER_ERROR;
  return isRuntimes || matchesTape(expected, got);
}

/** Whether something in it was redacted. */
export function holdsRedacted(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return value === REDACTED;
  return !ArrayBuffer.isView(value) && Object.values(value).some(holdsRedacted);
}

const member = (value: unknown, name: string): unknown =>
  typeof value === "object" && value !== null ? (value as Readonly<Record<string, unknown>>)[name] : undefined;

function haveSameBytes(expected: object, got: object): boolean {
  return (
    expected instanceof Uint8Array &&
    got instanceof Uint8Array &&
    expected.length === got.length &&
    expected.every((byte, at) => byte === got[at])
  );
}
