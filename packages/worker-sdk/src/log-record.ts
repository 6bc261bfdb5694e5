import type { LogLevel, LogParams } from "@outrigger/protocol";
import { bytesAsBase64 } from "@outrigger/protocol/authority";
import type { LogMeta } from "./log-types.js";
import { messageOf } from "./thrown-text.js";

const MAX_MESSAGE_CHARACTERS = 16_384;
const MAX_META_CHARACTERS = 65_536;
const SHOWN_META_CHARACTERS = 4_096;

/** Makes a line of log: of bounded size, and always writable as JSON. Never throws. */
export function logRecord(level: LogLevel, message: unknown, meta: LogMeta | undefined, time: number): LogParams {
  const record = { level, message: bounded(messageOf(message), MAX_MESSAGE_CHARACTERS), time };
  return meta === undefined ? record : { ...record, meta: writable(meta) };
}

/** The same line for a person or a stderr reader. */
export function logText({ level, message, meta }: LogParams): string {
  return meta === undefined ? `${level}: ${message}\n` : `${level}: ${message} ${JSON.stringify(meta)}\n`;
}

function writable(meta: LogMeta): Record<string, unknown> {
  try {
    const plain = bytesAsBase64(meta instanceof Error ? { error: readable(meta) } : mapErrors(meta)) as Record<
      string,
      unknown
    >;
    const json = JSON.stringify(plain);
    if (json.length <= MAX_META_CHARACTERS) return plain;
    return { truncated: bounded(json, SHOWN_META_CHARACTERS) };
  } catch (error) {
    return { unwritable: bounded(messageOf(error), SHOWN_META_CHARACTERS) };
  }
}

function mapErrors(meta: Readonly<Record<string, unknown>>): Record<string, unknown> {
  if (typeof meta !== "object" || meta === null) return { value: meta };
  return Object.fromEntries(
    Object.entries(meta).map(([key, value]) => [key, value instanceof Error ? readable(value) : value]),
  );
}

/** JSON of an error is `{}`. */
function readable(error: Error, depth = 0): Record<string, unknown> {
  const { name, message, stack, cause } = error;
  const code: unknown = (error as { code?: unknown }).code;
  return {
    ...{ name, message, stack },
    ...(code !== undefined && { code }),
    ...(cause instanceof Error && depth < 4 && { cause: readable(cause, depth + 1) }),
  };
}

function bounded(value: string, max: number): string {
  return value.length <= max ? value : `${value.slice(0, max)}… (${value.length} characters)`;
}
