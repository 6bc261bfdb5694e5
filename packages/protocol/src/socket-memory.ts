import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";

const WAYS_TO_WRITE = ["write", "_write", "_writev"] as const;
const WAYS_TO_READ = ["emit", "push", "read", "on"] as const;
/** What is shorter is cheaper left to the collector. */
const FREED_BYTES = 32_768;

/** Of ES2024: Node 20 has none. */
const transfer = (ArrayBuffer.prototype as { transfer?(length: number): ArrayBuffer }).transfer;

const isOwnSocket = (stream: unknown, ways: readonly (keyof Socket)[]): stream is Socket =>
  stream instanceof Socket && ways.every((way) => stream[way] === Socket.prototype[way]);

/**
 * Whether nobody looks at a chunk once its write was called back: of a socket of Node's, whose way to write is still its own.
 * Other streams may hand on the memory itself, and call it written.
 */
export const releasesMemory = (stream: Writable): boolean => isOwnSocket(stream, WAYS_TO_WRITE);

/**
 * Frees a long chunk that its only listener has read, where a socket of Node's made it for this listener alone. The
 * collector would see to it late: memory outside V8's heap brings full collections on.
 */
export function freeChunk(stream: Pick<Readable, "on">, chunk: Uint8Array): void {
  if (chunk.length < FREED_BYTES || transfer === undefined) return;
  const { buffer } = chunk;
  if (chunk.length !== buffer.byteLength || buffer instanceof SharedArrayBuffer) return;
  if (isOwnSocket(stream, WAYS_TO_READ) && stream.listenerCount("data") === 1) transfer.call(buffer, 0);
}
