import { integer, list, mapped, number, object, optional, type Shaped, text, withDefault } from "./wire-shape.js";

/**
 * How a hang report begins, on a line of stderr: the one way out of a process whose main thread stands still. Any worker
 * may write such lines, in any language; the host takes them out of what it logs.
 */
export const HANG_MARK = '{"outrigger":"hang",';
/** The longest line a host takes for a report, characters. */
export const MAX_HANG_LINE = 16_384;

/** What is noted where there is nothing to pause. */
export const NOT_IN_JAVASCRIPT =
  "not in JavaScript but in a synchronous system call, native code, or waiting for a child process";

/** It comes from a plugin and goes into logs and messages: nothing that ends lines, colours or hides. */
const cleanText = (max: number) =>
  mapped(text(max), (given) => given.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\u{fffd}"));

const place = {
  /** Empty for code outside any function. */
  functionName: optional(cleanText(512)),
  /** A path where it is a file, the original one where a source map tells it. */
  file: optional(cleanText(2048)),
  /** From 1. */
  line: optional(integer),
  /** From 1. */
  column: optional(integer),
};

const hangReport = object({
  ...place,
  /** The calls that led there, innermost first. */
  stack: withDefault(list(object(place), 32), () => []),
  /** How long the main thread had been standing still, ms. */
  stalledMs: number,
  /** Why there is no place, or what is uncertain about it. */
  note: optional(cleanText(1024)),
  /** Bytes: of the whole process, and of its main JavaScript heap. */
  memory: optional(object({ rss: number, heapUsed: optional(number) })),
  /** Processor time during the stall, in percent of one core: near 100 it computes, near 0 it waits. */
  cpu: optional(number),
});

/** Where a worker's main thread stood still, as it was seen from beside it. */
export type HangReport = Shaped<typeof hangReport>;

/** The report in a line of stderr; `undefined` when it is none. */
export function parseHangReport(line: string): HangReport | undefined {
  if (!line.startsWith(HANG_MARK) || line.length > MAX_HANG_LINE) return undefined;
  try {
    const outcome = hangReport["~standard"].validate(JSON.parse(line));
    return "value" in outcome ? (outcome.value as HangReport) : undefined;
  } catch {
    return undefined;
  }
}

/** ` in spin (src/plugin.ts:12:5)`, or `: ` and why nobody knows: what follows "it stands still". */
export function describeHang({ functionName, file, line, column, note }: HangReport): string {
  if (file === undefined) return note === undefined ? " in an unknown place" : `: ${note}`;
  const at = [file, line, column].filter((part) => part !== undefined).join(":");
  return ` in ${functionName ? `${functionName} (${at})` : at}`;
}
