import { type Attachment, ownMemory } from "./bulk-frame.js";
import { createSpareMemory } from "./spare-memory.js";

/** Memory that bytes are copied to before they are sent, which others are copied to once they were. */
export interface SentMemory {
  /** Nobody else's until all of it, in one attachment, was sent. */
  take(length: number): Uint8Array;
  /** The operating system has these: nobody looks at them any more. */
  sent(attachments: readonly Attachment[]): void;
}

export function createSentMemory(): SentMemory {
  const spare = createSpareMemory();
  // What else is sent is somebody's, or text.
  const taken = new WeakSet<ArrayBufferLike>();
  return {
    take(length) {
      const memory = spare.take(length) ?? ownMemory(length);
      taken.add(memory.buffer);
      return memory;
    },
    sent(attachments) {
      for (const one of attachments) if (typeof one !== "string" && taken.delete(one.buffer)) spare.give(one);
    },
  };
}
