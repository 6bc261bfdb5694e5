import { extractBulk, INLINE } from "../bulk-values.js";
import { lineReader } from "../channel-lines.js";
import type { Codec } from "../codec.js";
import type { Contract } from "../contract.js";
import { CUT_OFF, type CutOff, isBlank } from "../framing.js";
import { readMessage } from "../message-reader.js";
import type { WeightLimits } from "../nesting.js";
import { fullText } from "../written-envelope.js";
import { createRedactor } from "./redact-message.js";
import { type End, TAPE_FORMAT, type TapeExit, type TapeHeader, type TapeLine } from "./tape-format.js";

/** What a tape is made from. */
export interface TapeSource {
  readonly contract: Contract;
  readonly workerId: string;
  readonly codec: Codec;
  /** Bounds of what is parsed, as those of the peer. */
  readonly limits: WeightLimits;
  /** ms, monotonic. */
  readonly now: () => number;
  /** Takes a line, without its newline; `false`: it is not on the tape. Must not throw. */
  readonly write: (line: string) => boolean;
  /** Told of a message that no line can hold. Must not throw. */
  readonly onUnwritable?: () => void;
}

/** Records one process. */
export interface ProcessRecorder {
  message(from: End, line: string, attachments: readonly Uint8Array[] | undefined): void;
  /** What the end of input cut off: nobody can tell what is secret in it. */
  cutOff(from: End, rest: CutOff): void;
  /** The last line; `write` takes it where messages are taken no more. What comes later is not recorded. */
  exit(exit: Pick<TapeExit, "code" | "signal" | "reason">, write?: (line: string) => boolean): void;
}

/** The text of a header. */
export function tapeHeader(
  { contract, workerId }: Pick<TapeSource, "contract" | "workerId">,
  startedAt: string,
): string {
  const { name, version } = contract;
  const header: TapeHeader = { tape: TAPE_FORMAT, contract: { name, version }, workerId, startedAt };
  return fullText(header);
}

/** Writes the lines of a tape. Nothing of it throws: what cannot be told is counted. */
export function recordProcess(source: TapeSource, incarnation: number, startedAt: number): ProcessRecorder {
  const redact = createRedactor(source.contract);
  const lines = { host: lineReader(source.codec), worker: lineReader(source.codec) };
  let messages = 0;
  let dropped = 0;
  let isOver = false;
  const at = (): number => Math.round((source.now() - startedAt) * 1000) / 1000;

  const lineOf = (from: End, text: string, attachments: readonly Uint8Array[] | undefined): TapeLine => {
    const parsed = readMessage(text, lines[from], source.limits, attachments);
    if (parsed.kind === "invalid") {
      // Not what it says: nobody can tell what is secret in it.
      return { at: at(), incarnation, from, unreadable: { reason: parsed.reason, bytes: Buffer.byteLength(text) } };
    }
    const shown = redact(from, parsed.message);
    return {
      at: at(),
      incarnation,
      from,
      message: extractBulk(shown, INLINE).message,
    };
  };

  /** What a codec of the user's makes may have no form in JSON, and text that JSON escapes may be longer than text can be. */
  const textOf = (line: () => TapeLine): string | undefined => {
    try {
      return fullText(line());
    } catch {
      source.onUnwritable?.();
      return undefined;
    }
  };
  const record = (line: () => TapeLine): void => {
    const text = textOf(line);
    if (text !== undefined && source.write(text)) messages++;
    else dropped++;
  };

  return {
    message(from, text, attachments) {
      if (!isOver && !isBlank(text)) record(() => lineOf(from, text, attachments));
    },
    cutOff(from, { bytes }) {
      if (!isOver) record(() => ({ at: at(), incarnation, from, unreadable: { reason: CUT_OFF, bytes } }));
    },
    exit({ code, signal, reason }, write = source.write) {
      if (isOver) return;
      isOver = true;
      const line: TapeLine = { at: at(), incarnation, exit: { code, signal, reason, messages, dropped } };
      write(fullText(line));
    },
  };
}
