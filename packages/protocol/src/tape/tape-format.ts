import type { Message } from "../messages.js";

/** The version of the format: the `tape` of a header. */
export const TAPE_FORMAT = 1;
/** What stands in place of a secret. */
export const REDACTED = "[redacted]";

/** One of the two ends of a channel. */
export type End = "host" | "worker";

/** The first line of a tape. */
export interface TapeHeader {
  readonly tape: typeof TAPE_FORMAT;
  readonly contract: { readonly name: string; readonly version: number };
  readonly workerId: string;
  /** Wall clock at the beginning, ISO 8601; all other times are ms after it. */
  readonly startedAt: string;
}

/** How a process ended, and what of its traffic the tape has. */
export interface TapeExit {
  readonly code: number | null;
  readonly signal: string | null;
  /** The name of the exit reason; `requested` when the host asked for it. */
  readonly reason: string;
  /** Messages on the tape. */
  readonly messages: number;
  /** Messages that are not: the file was full, or its disk too slow. */
  readonly dropped: number;
}

/** Any other line: a message, what was none, or the end of a process. */
export type TapeLine = {
  /** ms after the beginning. */
  readonly at: number;
  /** Number of the process, from 1. */
  readonly incarnation: number;
} & (
  | { readonly from: End; readonly message: Message }
  | { readonly from: End; readonly unreadable: { readonly reason: string; readonly bytes: number } }
  | { readonly exit: TapeExit }
);

/** A message of a tape that was read; bytes are bytes again. */
export interface TapeMessage {
  /** Where it stands in the file, from 1. */
  readonly line: number;
  readonly at: number;
  readonly from: End;
  readonly message: Message;
}

/** The traffic of one process. */
export interface TapeIncarnation {
  readonly number: number;
  readonly messages: readonly TapeMessage[];
  /** `undefined` when the tape was cut off before it ended. */
  readonly exit: TapeExit | undefined;
}

/** A tape that was read. */
export interface Tape {
  readonly header: TapeHeader;
  readonly incarnations: readonly TapeIncarnation[];
}
