/** Counters of one worker's pipes. */
export interface PipeCounters {
  /** Messages received. */
  readonly messages: number;
  /** Lines that were none. */
  readonly strayLines: number;
  /** Bytes received. */
  readonly bytes: number;
  /** Bytes that wait to be read by it. */
  readonly unsentBytes: number;
}

/**
 * Tells whether a worker's main thread has moved since it was asked last, beside answering pings: it wrote a message or part
 * of one, or read from a backlog. Stray lines do not count: whatever holds its stdout may write them.
 */
export function lifeSigns(read: () => PipeCounters): () => boolean {
  let before = read();
  return () => {
    const now = read();
    const { messages, strayLines, bytes, unsentBytes } = before;
    before = now;
    if (now.messages !== messages || now.unsentBytes < unsentBytes) return true;
    return now.bytes !== bytes && now.strayLines === strayLines;
  };
}
