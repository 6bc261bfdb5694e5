import { bytesIn, ownMemory } from "./bulk-frame.js";
import { lookForBulk, looksLikeBytes } from "./bulk-look.js";
import { type Extracted, extractBulk, INLINE } from "./bulk-values.js";
import { channelOver, overloaded, reasonOf } from "./call-errors.js";
import { fullLineWriter, shortLineWriter } from "./channel-lines.js";
import { type Codec, jsonCodec } from "./codec.js";
import { ErrorCode, RpcError } from "./errors.js";
import type { Message } from "./messages.js";
import type { PeerStats } from "./peer-report.js";
import type { Transport } from "./transport.js";

/** Turns messages into lines on a transport. Never throws. */
export interface MessageWriter {
  /** Returns why the message could not be sent, if so. */
  send(message: Message, urgent: boolean, counted?: boolean): RpcError | undefined;
  /** Bytes of the message sent last as `counted`: line and attachments. Counting costs as much as writing. */
  lineBytes(): number;
  /** Lowers the largest size of a message. */
  cap(bytes: number): void;
  /** From now on bytes and long text are attached: the other end takes attachments. */
  attach(): void;
  /** From now on long lists of records are written by column: the other end reads them. */
  transpose(): void;
  /** From now on lines are short, if the codec has such: the other end reads them, and heads by name where it says so. */
  shorten(namesHeads: boolean): void;
  /** The transport told that the channel is over. */
  over(): void;
}

/** Text of so many characters is attached: below, a frame costs more than quoting does. */
const ATTACHED_TEXT = 16_384;
const BY_COLUMN = { ...INLINE, byColumn: true };

export function createMessageWriter(
  transport: Transport,
  codec: Codec,
  messageBytes: number,
  stats: PeerStats,
): MessageWriter {
  let maxBytes = messageBytes;
  let lineBytes = 0;
  let isOver = false;
  let form = INLINE;
  let isTransposing = false;
  let lines = fullLineWriter(codec);
  let isWriting = false;

  /** No character takes more than three bytes, so most lines need no counting. */
  const isTooLarge = (line: string, attachedBytes: number): boolean =>
    line.length * 3 + attachedBytes > maxBytes && Buffer.byteLength(line) + attachedBytes > maxBytes;

  return {
    send(message, urgent, counted = false) {
      // From a `toJSON` or getter of what is being written, whose line comes behind: it must change nothing for that.
      const isAlone = isWriting;
      isWriting = true;
      try {
        let isNamed = !isAlone;
        let line: string | undefined;
        let attached: Extracted["attachments"];
        try {
          // The look is taken of one payload at a time; the long way finds what it would.
          const look = isAlone ? "bulk" : lookForBulk(payloadOf(message), form.textLength);
          const isTransposed = isTransposing && look === "records";
          let said = message;
          if (look !== "bulk" && !isTransposed) line = lines.encode(said);
          if (line === undefined || (look === "unknown" && looksLikeBytes(line))) {
            const extracted = extractBulk(message, isTransposed ? BY_COLUMN : form);
            attached = extracted.attachments;
            said = extracted.message;
            if (line === undefined || said !== message) line = isAlone ? lines.encodeAlone(said) : lines.encode(said);
          }
          if (isTooLarge(line, 0) && (isTransposed || lines.isNaming())) {
            // A full line escapes what a short one does not.
            line = lines.encodeAlone(isTransposed ? message : said);
            isNamed = false;
          }
        } catch (error) {
          return unwritable(message, error);
        }
        const attachedBytes = attached === undefined ? 0 : bytesIn(attached);
        if (isTooLarge(line, attachedBytes)) return tooLarge(message, maxBytes);
        if (!transport.send(line, urgent, attached)) {
          return isOver
            ? channelOver(nameOf(message), false, undefined)
            : overloaded(nameOf(message), `${transport.unsentBytes()} bytes wait for the other end to read`);
        }
        if (isNamed) lines.sent();
        stats.sent++;
        if (counted) lineBytes = Buffer.byteLength(line) + attachedBytes;
        return undefined;
      } finally {
        isWriting = isAlone;
      }
    },
    lineBytes: () => lineBytes,
    cap(bytes) {
      maxBytes = Math.min(maxBytes, bytes);
    },
    attach() {
      const memory = (length: number): Uint8Array => transport.memory?.(length) ?? ownMemory(length);
      form = { ...INLINE, memory, textLength: ATTACHED_TEXT };
    },
    transpose() {
      isTransposing = true;
    },
    shorten(namesHeads) {
      if (codec === jsonCodec) lines = shortLineWriter(namesHeads);
    },
    over() {
      isOver = true;
    },
  };
}

function unwritable(message: Message, error: unknown): RpcError {
  const code = isFromHandler(message) ? ErrorCode.INVALID_RESULT : ErrorCode.INVALID_PARAMS;
  return new RpcError(code, `${nameOf(message)} cannot be written as JSON: ${reasonOf(error)}`, { cause: error });
}

function tooLarge(message: Message, maxBytes: number): RpcError {
  return new RpcError(
    ErrorCode.MESSAGE_TOO_LARGE,
    `${nameOf(message)} is larger than ${maxBytes} bytes; split it, or use a stream`,
    { data: isCall(message) ? { limitBytes: maxBytes, mayHaveRun: false } : { limitBytes: maxBytes } },
  );
}

function payloadOf(message: Message): unknown {
  if ("method" in message) return message.params;
  return "error" in message ? message.error : message.result;
}

const INPUT_ITEM = "$/input/item";

function isCall(message: Message): boolean {
  return "method" in message && "id" in message;
}

/** Answers, stream items and progress. */
function isFromHandler(message: Message): boolean {
  return !("method" in message) || (message.method.startsWith("$/") && message.method !== INPUT_ITEM);
}

function nameOf(message: Message): string {
  if (!("method" in message)) return "the answer";
  if (message.method === INPUT_ITEM) return "the input's item";
  return message.method === "$/stream/item" ? "the stream's item" : message.method;
}
