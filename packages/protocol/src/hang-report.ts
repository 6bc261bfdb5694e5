import { z } from "zod";

/**
 * How a hang report begins, on a line of stderr: the one way out of a process whose main thread stands still. Any worker
 * may write such lines, in any language; the host takes them out of what it logs.
 */
export const HANG_MARK = '{"outrigger":"hang",';
/** The longest line a host takes for a report, characters. */
export const MAX_HANG_LINE = 16_384;

/** It comes from a plugin and goes into logs and messages: nothing that ends lines, colours or hides. */
const text = (max: number) =>
  z
    .string()
    .max(max)
    .transform((given) => given.replace(/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/gu, "\u{fffd}"));

const place = {
  /** Empty for code outside any function. */
  functionName: text(512).optional(),
  /** A path where it is a file, the original one where a source map tells it. */
  file: text(2048).optional(),
  /** From 1. */
  line: z.int().optional(),
  /** From 1. */
  column: z.int().optional(),
};

const hangReport = z.object({
  ...place,
  /** The calls that led there, innermost first. */
  stack: z.array(z.object(place)).max(32).default([]),
  /** How long the main thread had been standing still, ms. */
  stalledMs: z.number(),
  /** Why there is no place, or what is uncertain about it. */
  note: text(1024).optional(),
  /** Bytes: of the whole process, and of its main JavaScript heap. */
  memory: z.object({ rss: z.number(), heapUsed: z.number().optional() }).optional(),
  /** Processor time since the stall began, in percent of one core: near 100 it computes, near 0 it waits. */
  cpu: z.number().optional(),
});

/** Where a worker's main thread stood still, as its guard thread saw it. */
export type HangReport = z.output<typeof hangReport>;

/** The report in a line of stderr; `undefined` when it is none. */
export function parseHangReport(line: string): HangReport | undefined {
  if (!line.startsWith(HANG_MARK) || line.length > MAX_HANG_LINE) return undefined;
  try {
    return hangReport.parse(JSON.parse(line));
  } catch {
    return undefined;
  }
}

/** `spin (src/plugin.ts:12:5)`, or why nobody knows. */
export function describeHang({ functionName, file, line, column, note }: HangReport): string {
  if (file === undefined) return note ?? "an unknown place";
  const at = [file, line, column].filter((part) => part !== undefined).join(":");
  return functionName ? `${functionName} (${at})` : at;
}
