import { type AttachmentReader, readAttachments } from "./attachment-reader.js";
import { FRAME_MARK, MAX_ATTACHMENTS, readFrameHeader } from "./bulk-frame.js";
import { ErrorCode, RpcError } from "./errors.js";
import { createSpareMemory } from "./spare-memory.js";

/** Default cap of one message, in bytes: 32 MiB. */
export const DEFAULT_MAX_MESSAGE_BYTES = 32 * 1024 * 1024;

const NEWLINE = 0x0a;
/** So many pieces of an unfinished line are joined to one: a line sent byte by byte costs bytes, not objects. */
const PIECES_TO_JOIN = 1024;

/** What the end of input cut off: half a line may read like another, so it is no message. */
export interface CutOff {
  /** The first of its text, if it had begun behind its attachments. */
  readonly start: string;
  /** All of it that came, with attachments. */
  readonly bytes: number;
}

/** Why it is none. */
export const CUT_OFF = "cut off before its newline";

/** Nothing, or what is left of a line that another system ended: no message, and no fault. */
export const isBlank = (line: string): boolean => line === "" || line === "\r";

/**
 * Splits a byte stream into lines on 0x0A only, and attachments, once they are accepted. What is on the path of every
 * message has no getters: V8 keeps an object literal that has some as a dictionary.
 */
export interface LineSplitter {
  /** Takes a chunk; its memory must not be used again before `own`. */
  push(chunk: Uint8Array): void;
  /**
   * The next whole line without its newline, or `undefined` when more bytes are needed.
   * @throws RpcError MESSAGE_TOO_LARGE as soon as more than the cap has been read without a newline, or is announced;
   * PARSE_ERROR when attachments do not end where they should.
   */
  next(): string | undefined;
  /** What came after the last message, when nothing more will come; `undefined` for nothing. */
  rest(): CutOff | undefined;
  /** Forgets everything held. */
  clear(): void;
  /** Copies what is held of chunks: from now on their memory may be used again. */
  own(): void;
  /** Whether the memory of chunks is still needed. */
  holdsChunks(): boolean;
  /** From now on attachments may stand before a line; until then their header is a line like others. */
  acceptAttachments(): void;
  /** Those of the line `next` returned last. */
  attachments(): readonly Uint8Array[] | undefined;
  /** Nobody looks at this attachment any more: another may be read into its memory. */
  reuse(attachment: Uint8Array): void;
  /** Size in bytes of the line `next` returned last, with its attachments. */
  lineBytes(): number;
  /** Bytes held: unread chunks, the unfinished line and attachments. */
  heldBytes(): number;
}

/** Of what is left so many bytes are shown. */
const SHOWN_BYTES = 4096;

/** So many bytes of whole lines are decoded at once. */
const BLOCK_BYTES = 8192;

/**
 * Short lines are decoded in blocks and sliced: one native call for many. An unfinished line is kept as a list of
 * chunks, joined once: appending to a string is quadratic for large messages.
 */
export function createLineSplitter(maxBytes: number = DEFAULT_MAX_MESSAGE_BYTES): LineSplitter {
  let unread: Buffer[] = [];
  let head = 0;
  let offset = 0;
  let unreadBytes = 0;
  let block: string | undefined;
  let at = 0;
  let isAscii = true;
  let unfinished: Buffer[] = [];
  let joinedPieces = 0;
  let unfinishedBytes = 0;
  let lineBytes = 0;
  let acceptsAttachments = false;
  /** Lines taken from the block, 0 for a line that was read alone; where in its chunk the block began, and its bytes. */
  let taken = 0;
  let blockStart = 0;
  let blockBytes = 0;
  let incoming: AttachmentReader | undefined;
  let attachments: readonly Uint8Array[] | undefined;
  let attachedBytes = 0;
  /** They went with the line before. */
  let areTaken = false;
  const spare = createSpareMemory();

  const keep = (piece: Buffer): void => {
    unfinished.push(piece);
    unfinishedBytes += piece.length;
    if (unfinished.length - joinedPieces >= PIECES_TO_JOIN) {
      unfinished.push(Buffer.concat(unfinished.splice(joinedPieces)));
      joinedPieces = unfinished.length;
    }
  };

  const takeUnfinished = (): string => {
    lineBytes = unfinishedBytes + attachedBytes;
    taken = 0;
    const line = Buffer.concat(unfinished).toString("utf8");
    unfinished = [];
    joinedPieces = unfinishedBytes = 0;
    return line;
  };

  const takeFromBlock = (text: string): string => {
    const end = text.indexOf("\n", at);
    const line = text.slice(at, end === -1 ? undefined : end);
    // Written where it changes alone: V8's collector keeps a note of each pointer that is.
    if (end === -1) block = undefined;
    // To count what is not ASCII takes a tenth of reading it.
    lineBytes = isAscii ? line.length : end === -1 && taken === 0 ? blockBytes : Buffer.byteLength(line);
    at = end + 1;
    taken++;
    if (lineBytes > maxBytes) throw tooLarge(maxBytes);
    return line;
  };

  /** Where the block ends that begins at `offset`: the last newline within reach, else the next one. */
  const endOfBlock = (chunk: Buffer): number => {
    const whole = chunk.length - 1;
    // As a rule a chunk ends where its writer's batch did: nothing to look for.
    if (whole - offset <= BLOCK_BYTES && chunk[whole] === NEWLINE) return whole;
    const last = chunk.lastIndexOf(NEWLINE, offset + BLOCK_BYTES);
    return last >= offset ? last : chunk.indexOf(NEWLINE, offset + BLOCK_BYTES);
  };

  const nextLine = (): string | undefined => {
    if (block !== undefined) return takeFromBlock(block);
    for (let chunk = unread[head]; chunk !== undefined; chunk = unread[++head], offset = 0) {
      // An empty rest is not kept: it would hold on to the memory of its whole chunk.
      if (offset === chunk.length) continue;
      // Around attachments lines are read alone: a block would decode raw bytes.
      const isAlone =
        unfinishedBytes > 0 || attachments !== undefined || (acceptsAttachments && chunk[offset] === FRAME_MARK);
      const end = isAlone ? chunk.indexOf(NEWLINE, offset) : endOfBlock(chunk);
      const bytes = (end === -1 ? chunk.length : end) - offset;
      const isOneLine = end === -1 || isAlone || bytes > BLOCK_BYTES;
      if (isOneLine && attachedBytes + unfinishedBytes + bytes > maxBytes) throw tooLarge(maxBytes);
      unreadBytes -= bytes;
      if (end === -1) {
        keep(offset === 0 ? chunk : chunk.subarray(offset));
        continue;
      }
      unreadBytes--;
      const start = offset;
      offset = end + 1;
      if (unfinishedBytes > 0) {
        keep(chunk.subarray(start, end));
        return takeUnfinished();
      }
      const text = chunk.toString("utf8", start, end);
      taken = 0;
      if (isOneLine) {
        lineBytes = bytes + attachedBytes;
        return text;
      }
      blockStart = start;
      blockBytes = bytes;
      isAscii = text.length === bytes;
      block = text;
      return takeFromBlock(text);
    }
    // As a rule there was one: popped, the list keeps its memory for the next.
    if (head === 1) unread.pop();
    else unread = [];
    head = 0;
    return undefined;
  };

  /** After a header that came with a block: what follows it is bytes again. Newlines are the same in both. */
  const leaveBlock = (): void => {
    if (taken === 0) return;
    const chunk = unread[head] as Buffer;
    let position = blockStart;
    for (let line = 0; line < taken; line++) position = chunk.indexOf(NEWLINE, position) + 1;
    unreadBytes += offset - position;
    offset = position;
    block = undefined;
    at = 0;
  };

  const announce = (lengths: readonly number[] | "too many"): void => {
    if (lengths === "too many") throw shifted(`announces more than ${MAX_ATTACHMENTS} attachments`);
    if (attachments !== undefined) throw shifted("announces attachments twice for one message");
    const reader = readAttachments(lengths, spare.take);
    if (reader.totalBytes > maxBytes) throw tooLarge(maxBytes);
    leaveBlock();
    incoming = reader;
  };

  /** Whether the attachments that were announced are whole. */
  const gather = (reader: AttachmentReader): boolean => {
    for (let chunk = unread[head]; chunk !== undefined; chunk = unread[++head], offset = 0) {
      const before = offset;
      offset = reader.take(chunk, offset);
      unreadBytes -= offset - before;
      const whole = reader.whole();
      if (whole === undefined || offset === chunk.length) continue;
      if (chunk[offset] !== NEWLINE) throw shifted("has no newline where its attachments end");
      offset++;
      unreadBytes--;
      attachments = whole;
      attachedBytes = reader.totalBytes;
      incoming = undefined;
      return true;
    }
    unread = [];
    head = 0;
    return false;
  };

  const heldBytes = (): number =>
    unreadBytes +
    unfinishedBytes +
    (block === undefined ? 0 : block.length - at) +
    attachedBytes +
    (incoming?.takenBytes() ?? 0);

  return {
    push(chunk) {
      // Buffer's decoder is several times faster than TextDecoder on short lines.
      unread.push(Buffer.isBuffer(chunk) ? chunk : Buffer.from(chunk.buffer, chunk.byteOffset, chunk.byteLength));
      unreadBytes += chunk.byteLength;
    },
    next() {
      if (areTaken) {
        attachments = undefined;
        attachedBytes = 0;
        areTaken = false;
      }
      for (;;) {
        if (incoming !== undefined && !gather(incoming)) return undefined;
        const line = nextLine();
        const lengths = acceptsAttachments && line?.charCodeAt(0) === FRAME_MARK ? readFrameHeader(line) : undefined;
        if (lengths === undefined) {
          areTaken = attachments !== undefined && line !== undefined;
          return line;
        }
        announce(lengths);
      }
    },
    rest() {
      const bytes = heldBytes();
      if (bytes === 0) return undefined;
      const start = Buffer.concat(unfinished, Math.min(unfinishedBytes, SHOWN_BYTES)).toString("utf8");
      return bytes === 1 && isBlank(start) ? undefined : { start, bytes };
    },
    clear() {
      unread = [];
      unfinished = [];
      block = undefined;
      incoming = attachments = undefined;
      areTaken = false;
      joinedPieces = head = offset = at = unfinishedBytes = unreadBytes = attachedBytes = 0;
    },
    own() {
      const rest = unread[head];
      if (rest !== undefined) {
        // Attachments behind a header in the block that is being read are read from its bytes.
        const from = block === undefined ? offset : blockStart;
        unread = [Buffer.concat([rest.subarray(from), ...unread.slice(head + 1)])];
        offset -= from;
        head = blockStart = 0;
      }
      const last = unfinished.length - 1;
      // Joined pieces are copies already.
      if (last >= joinedPieces) unfinished[last] = Buffer.from(unfinished[last] as Buffer);
    },
    holdsChunks: () => unread.length > 0 || unfinishedBytes > 0,
    acceptAttachments() {
      acceptsAttachments = true;
    },
    attachments: () => attachments,
    reuse: spare.give,
    lineBytes: () => lineBytes,
    heldBytes,
  };
}

function shifted(what: string): RpcError {
  const text = `what arrived ${what}: something else wrote between, or the other end does not keep to the protocol`;
  return new RpcError(ErrorCode.PARSE_ERROR, text);
}

function tooLarge(maxBytes: number): RpcError {
  return new RpcError(
    ErrorCode.MESSAGE_TOO_LARGE,
    `a message of more than ${maxBytes} bytes arrived; raise limits.messageBytes on both ends, or send less at once`,
    { data: { limitBytes: maxBytes } },
  );
}
