/** Memory of what was read, or sent, and is not looked at any more. */
export interface SpareMemory {
  give(bytes: Uint8Array): void;
  /** So many bytes of it; none where that would be less than half. */
  take(length: number): Uint8Array | undefined;
}

/**
 * Keeps the memory given last, until the garbage collector wants it. Memory outside V8's heap is what brings full
 * collections on, each as dear as a megabyte of text.
 */
export function createSpareMemory(): SpareMemory {
  let kept: WeakRef<ArrayBufferLike> | undefined;
  return {
    give(bytes) {
      kept = new WeakRef(bytes.buffer);
    },
    take(length) {
      const memory = kept?.deref();
      if (memory === undefined || memory.byteLength < length || memory.byteLength > 2 * length) return undefined;
      kept = undefined;
      return new Uint8Array(memory, 0, length);
    },
  };
}
