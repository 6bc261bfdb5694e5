import { Socket } from "node:net";
import type { Readable, Writable } from "node:stream";

const WAYS_TO_WRITE = ["write", "_write", "_writev"] as const;
/** What is shorter is cheaper left to the collector. A pipe of Linux gives 64 KB at a time. */
const FREED_BYTES = 32_768;

/** Of ES2024: Node 20 has none. */
const transfer = (ArrayBuffer.prototype as { transfer?(length: number): ArrayBuffer }).transfer;

/**
 * Whether nobody looks at a chunk once its write was called back: of a socket of Node's, whose way to write is still its own.
 * Other streams may hand on the memory itself, and call it written.
 */
export const releasesMemory = (stream: Writable): boolean =>
  stream instanceof Socket && WAYS_TO_WRITE.every((way) => stream[way] === Socket.prototype[way]);

/**
 * Frees the memory of a long chunk whose stream gives it to one listener, which has read it. The collector would see to it
 * late: memory outside V8's heap brings full collections on.
 */
export function freeChunk(stream: Pick<Readable, "listenerCount">, chunk: Uint8Array | string): void {
  if (chunk.length < FREED_BYTES || typeof chunk === "string" || transfer === undefined) return;
  // Who reads otherwise hears `readable`, and is handed the chunk after `data` is over.
  if (stream.listenerCount("data") !== 1 || stream.listenerCount("readable") !== 0) return;
  const { buffer } = chunk;
  if (chunk.length === buffer.byteLength && !(buffer instanceof SharedArrayBuffer)) transfer.call(buffer, 0);
}
