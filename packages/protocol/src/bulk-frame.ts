/**
 * Attachments of a message stand before its line: `$bulk 5,1048576`, a newline, so many bytes, and a newline that tells
 * a shift. See docs/wire-protocol.md in the repository.
 */

/** Attachments of one message; what is beyond goes as base64 in its place. */
export const MAX_ATTACHMENTS = 1024;

const HEADER = /^\$bulk \d{1,15}(?:,\d{1,15})*\r?$/;
const PREFIX = "$bulk ";

/** What is sent with a message. Text is sent one byte a character: it must have none beyond Latin-1. */
export type Attachment = Uint8Array | string;

/** The first byte of a header, `$`: no message begins with it. */
export const FRAME_MARK = 0x24;

/** The line before attachments, with its newline. */
export function frameHeader(attachments: readonly Attachment[]): string {
  return `${PREFIX}${attachments.map(sizeOf).join(",")}\n`;
}

/** The lengths a header announces; `undefined` for a line that is none, `"too many"` for more than `MAX_ATTACHMENTS`. */
export function readFrameHeader(line: string): number[] | "too many" | undefined {
  if (!line.startsWith(PREFIX)) return undefined;
  // 15 digits and a comma each.
  if (line.length > PREFIX.length + MAX_ATTACHMENTS * 16) return "too many";
  if (!HEADER.test(line)) return undefined;
  const lengths = line.slice(PREFIX.length).split(",").map(Number);
  return lengths.length > MAX_ATTACHMENTS ? "too many" : lengths;
}

/** As it is written: text is Latin-1. */
export const bytesOf = (attachment: Attachment): Uint8Array =>
  typeof attachment === "string" ? Buffer.from(attachment, "latin1") : attachment;

/** Of which no pool has a part; every byte of it is to be written before anybody sees it. */
export const ownMemory = (length: number): Uint8Array => new Uint8Array(Buffer.allocUnsafeSlow(length).buffer);

export function bytesIn(attachments: readonly Attachment[]): number {
  let bytes = 0;
  for (const attachment of attachments) bytes += sizeOf(attachment);
  return bytes;
}

const sizeOf = (attachment: Attachment): number =>
  typeof attachment === "string" ? attachment.length : attachment.byteLength;
