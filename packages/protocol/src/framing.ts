import { ErrorCode, RpcError } from "./errors.js";

/** Default cap of one message, in bytes: 32 MiB. */
export const DEFAULT_MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

const NEWLINE = 0x0a;
/** So many pieces of an unfinished line are joined to one: a line sent byte by byte costs bytes, not objects. */
const PIECES_TO_JOIN = 1024;

/** Splits a byte stream into lines on 0x0A only. */
export interface LineSplitter {
  /** Takes a chunk; it must not be reused by the caller. */
  push(chunk: Uint8Array): void;
  /**
   * The next whole line without its newline, or `undefined` when more bytes are needed.
   * @throws RpcError MESSAGE_TOO_LARGE as soon as more than the cap has been read without a newline.
   */
  next(): string | undefined;
  /** What came after the last newline, when nothing more will come; `undefined` for nothing. */
  rest(): string | undefined;
  /** Forgets everything held. */
  clear(): void;
  /** Size in bytes of the line `next` returned last. */
  readonly lineBytes: number;
  /** Bytes held: unread chunks and the unfinished line. */
  readonly heldBytes: number;
}

/** Keeps an unfinished line as a list of chunks, joined once: appending to a string is quadratic for large messages. */
export function createLineSplitter(maxBytes: number = DEFAULT_MAX_MESSAGE_BYTES): LineSplitter {
  let unread: Buffer[] = [];
  let head = 0;
  let offset = 0;
  let unfinished: Buffer[] = [];
  let joinedPieces = 0;
  let unfinishedBytes = 0;
  let unreadBytes = 0;
  let lineBytes = 0;

  const keep = (piece: Buffer): void => {
    unfinished.push(piece);
    unfinishedBytes += piece.length;
    if (unfinished.length - joinedPieces >= PIECES_TO_JOIN) {
      unfinished.push(Buffer.concat(unfinished.splice(joinedPieces)));
      joinedPieces = unfinished.length;
    }
  };

  const takeUnfinished = (): string => {
    const line = Buffer.concat(unfinished).toString("utf8");
    unfinished = [];
    joinedPieces = 0;
    unfinishedBytes = 0;
    return line;
  };

  return {
    push(chunk) {
      // Buffer's decoder is several times faster than TextDecoder on short lines.
      unread.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      unreadBytes += chunk.byteLength;
    },
    next() {
      while (head < unread.length) {
        const chunk = unread[head] as Buffer;
        const end = chunk.indexOf(NEWLINE, offset);
        const bytes = (end === -1 ? chunk.length : end) - offset;
        if (unfinishedBytes + bytes > maxBytes) throw tooLarge(maxBytes);
        unreadBytes -= bytes;
        if (end === -1) {
          // An empty rest is not kept: it would hold on to the memory of its whole chunk.
          if (bytes > 0) keep(offset === 0 ? chunk : chunk.subarray(offset));
          head++;
          offset = 0;
          continue;
        }
        unreadBytes--;
        const start = offset;
        offset = end + 1;
        lineBytes = unfinishedBytes + bytes;
        if (unfinishedBytes === 0) return chunk.toString("utf8", start, end);
        keep(chunk.subarray(start, end));
        return takeUnfinished();
      }
      unread = [];
      head = 0;
      return undefined;
    },
    rest() {
      lineBytes = unfinishedBytes;
      return unfinishedBytes === 0 ? undefined : takeUnfinished();
    },
    clear() {
      unread = [];
      unfinished = [];
      joinedPieces = head = offset = unfinishedBytes = unreadBytes = 0;
    },
    get lineBytes() {
      return lineBytes;
    },
    get heldBytes() {
      return unreadBytes + unfinishedBytes;
    },
  };
}

function tooLarge(maxBytes: number): RpcError {
  return new RpcError(
    ErrorCode.MESSAGE_TOO_LARGE,
    `a message of more than ${maxBytes} bytes arrived; raise limits.messageBytes on both ends, or send less at once`,
    { data: { limitBytes: maxBytes } },
  );
}

const LINE_SEPARATOR = /[\u2028\u2029]/;

/** Escapes the two characters that are legal in JSON strings but end a line for some readers (`readline` of Node ≥ 24). */
export function escapeLineSeparators(json: string): string {
  return LINE_SEPARATOR.test(json)
    ? json.replace(/[\u2028\u2029]/g, (separator) => (separator === "\u2028" ? "\\u2028" : "\\u2029"))
    : json;
}
