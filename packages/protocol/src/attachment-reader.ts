import { ownMemory } from "./bulk-frame.js";

/** Gathers the attachments that a header announced, each in memory of its own, or in what is to spare. */
export interface AttachmentReader {
  /** Takes what it needs of a chunk from `start`; returns where it stopped. */
  take(chunk: Uint8Array, start: number): number;
  /** All of them, once the last is whole; without their final newline. */
  whole(): readonly Uint8Array[] | undefined;
  /** Bytes of all attachments. */
  readonly totalBytes: number;
  /** Bytes taken so far. */
  takenBytes(): number;
}

/**
 * @param lengths bounded by who calls: the memory of an attachment is taken when its first byte comes.
 * @param spare memory of that length to use again, if there is any
 */
export function readAttachments(
  lengths: readonly number[],
  spare: (length: number) => Uint8Array | undefined = () => undefined,
): AttachmentReader {
  const parts: Uint8Array[] = [];
  let totalBytes = 0;
  for (const length of lengths) totalBytes += length;
  let target: Uint8Array | undefined;
  let filled = 0;
  let takenBytes = 0;

  return {
    take(chunk, start) {
      let at = start;
      while (parts.length < lengths.length) {
        const length = lengths[parts.length] as number;
        if (filled < length && at === chunk.length) return at;
        target ??= spare(length) ?? ownMemory(length);
        const end = Math.min(chunk.length, at + length - filled);
        target.set(chunk.subarray(at, end), filled);
        filled += end - at;
        takenBytes += end - at;
        at = end;
        if (filled < length) return at;
        parts.push(target);
        target = undefined;
        filled = 0;
      }
      return at;
    },
    whole: () => (parts.length === lengths.length ? parts : undefined),
    totalBytes,
    takenBytes: () => takenBytes,
  };
}
