import { ErrorCode, RpcError } from "./errors.js";

/** Default cap of one message, in bytes: 32 MiB. */
export const DEFAULT_MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

const NEWLINE = 0x0a;

/** Splits a byte stream into lines on 0x0A only. */
export interface LineSplitter {
  /** Takes a chunk; it must not be reused by the caller. */
  push(chunk: Uint8Array): void;
  /**
   * The next whole line without its newline, or `undefined` when more bytes are needed.
   * @throws RpcError MESSAGE_TOO_LARGE as soon as more than the cap has been read without a newline.
   */
  next(): string | undefined;
  /** Size in bytes of the line `next` returned last. */
  readonly lineBytes: number;
  /** Bytes held: unread chunks and the unfinished line. */
  readonly heldBytes: number;
}

/** Keeps an unfinished line as a list of chunks, joined once: appending to a string is quadratic for large messages. */
export function createLineSplitter(maxBytes: number = DEFAULT_MAX_MESSAGE_BYTES): LineSplitter {
  let unread: Uint8Array[] = [];
  let head = 0;
  let offset = 0;
  let unfinished: Uint8Array[] = [];
  let unfinishedBytes = 0;
  let unreadBytes = 0;
  let lineBytes = 0;

  const tooLarge = (): RpcError =>
    new RpcError(
      ErrorCode.MESSAGE_TOO_LARGE,
      `a message of more than ${maxBytes} bytes arrived; raise limits.messageBytes on both ends, or send less at once`,
    );

  const joinUnfinished = (last: Uint8Array): Uint8Array => {
    unfinished.push(last);
    const line = Buffer.concat(unfinished);
    unfinished = [];
    unfinishedBytes = 0;
    return line;
  };

  return {
    push(chunk) {
      unread.push(chunk);
      unreadBytes += chunk.byteLength;
    },
    next() {
      while (head < unread.length) {
        const chunk = unread[head] as Uint8Array;
        const end = chunk.indexOf(NEWLINE, offset);
        const part = offset === 0 && end === -1 ? chunk : chunk.subarray(offset, end === -1 ? undefined : end);
        if (unfinishedBytes + part.byteLength > maxBytes) throw tooLarge();
        if (end === -1) {
          unfinished.push(part);
          unfinishedBytes += part.byteLength;
          unreadBytes -= part.byteLength;
          head++;
          offset = 0;
          continue;
        }
        offset = end + 1;
        unreadBytes -= part.byteLength + 1;
        const line = unfinishedBytes === 0 ? part : joinUnfinished(part);
        lineBytes = line.byteLength;
        return decodeUtf8(line);
      }
      unread = [];
      head = 0;
      return undefined;
    },
    get lineBytes() {
      return lineBytes;
    },
    get heldBytes() {
      return unreadBytes + unfinishedBytes;
    },
  };
}

/** Buffer's decoder is several times faster than TextDecoder on short lines. */
function decodeUtf8(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString("utf8");
}

const LINE_SEPARATOR = /[\u2028\u2029]/;

/** Escapes the two characters that are legal in JSON strings but end a line for some readers (`readline` of Node ≥ 24). */
export function escapeLineSeparators(json: string): string {
  return LINE_SEPARATOR.test(json)
    ? json.replace(/[\u2028\u2029]/g, (separator) => (separator === "\u2028" ? "\\u2028" : "\\u2029"))
    : json;
}
