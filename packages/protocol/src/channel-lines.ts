import { type Codec, jsonCodec } from "./codec.js";
import { parseLine } from "./known-envelope.js";
import type { Envelope, Message } from "./messages.js";
import { createHeadNamer, createHeadReader } from "./named-heads.js";
import { readShortEnvelope, shortLine } from "./short-lines.js";

/** Writes the lines of one channel. */
export interface LineWriter {
  encode(message: Message): string;
  /** A line that changes nothing for those behind it, whatever becomes of it. */
  encodeAlone(message: Message): string;
  /** Whether the line that `encode` made last is longer than one alone, for the sake of those behind it. */
  isNaming(): boolean;
  /** The line that `encode` made last was taken: the other end will read it. */
  sent(): void;
}

/** Reads the lines of one channel. */
export interface LineReader {
  decode(line: string): unknown;
  /** For a line that is not decoded: what those behind it need of it is kept. */
  skip(line: string): void;
  /** For a line that is no message. Returns whether that is for want of a line before it. */
  failed(line: string): boolean;
  /** Whose a short line is, where it cannot be taken as a whole. */
  shortEnvelope(line: string): Envelope | undefined;
}

/** Each line as the codec writes it. */
export function fullLineWriter(codec: Codec): LineWriter {
  return plainWriter((message) => codec.encode(message));
}

/** For an end that reads short lines, and heads by name where it says so. */
export function shortLineWriter(namesHeads: boolean): LineWriter {
  const encodeAlone = (message: Message): string => shortLine(message) ?? jsonCodec.encode(message);
  if (!namesHeads) return plainWriter(encodeAlone);
  const heads = createHeadNamer();
  return { ...heads, encode: (message) => heads.line(message) ?? jsonCodec.encode(message), encodeAlone };
}

function plainWriter(encode: (message: Message) => string): LineWriter {
  return { encode, encodeAlone: encode, isNaming: () => false, sent() {} };
}

/** What another codec than `jsonCodec` reads, it alone knows. */
export function lineReader(codec: Codec): LineReader {
  if (codec !== jsonCodec) {
    const decode = (line: string): unknown => codec.decode(line);
    return { decode, skip() {}, failed: () => false, shortEnvelope: readShortEnvelope };
  }
  const { read, skip, failed, shortEnvelope } = createHeadReader();
  return { decode: (line) => read(line) ?? parseLine(line), skip, failed, shortEnvelope };
}
