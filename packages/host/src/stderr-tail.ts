/** How much of a worker's stderr failures quote, characters. */
export const DEFAULT_STDERR_TAIL = 8_000;

/** The end of a text that may be endless. */
export interface StderrTail {
  push(text: string): void;
  /** At most the bound, never half a surrogate pair. */
  readonly text: string;
}

/** Keeps the last `maxCharacters` of what is pushed. */
export function createStderrTail(maxCharacters: number = DEFAULT_STDERR_TAIL): StderrTail {
  let kept = "";
  const cut = (): string => {
    if (kept.length <= maxCharacters) return kept;
    const end = kept.slice(-maxCharacters);
    return isLowSurrogate(end.charCodeAt(0)) ? end.slice(1) : end;
  };
  return {
    push(text) {
      // One more than is kept, so that what is cut is seen to be cut.
      kept = text.length > maxCharacters ? text.slice(-maxCharacters - 1) : kept + text;
      // Cutting on each push would copy the whole tail for every line.
      if (kept.length > 4 * maxCharacters) kept = cut();
    },
    get text() {
      kept = cut();
      return kept;
    },
  };
}

function isLowSurrogate(code: number): boolean {
  return code >= 0xdc00 && code <= 0xdfff;
}
