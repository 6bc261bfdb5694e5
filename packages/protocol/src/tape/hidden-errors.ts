import { bytesAsBase64 } from "../bulk-values.js";

/** Texts of errors that were hidden, remembered so that they are known where they come again. */
const MAX_TEXTS = 1_000;
/** Of each text, characters: what holds the whole holds its beginning. */
const MAX_LENGTH = 1_000;

/** The errors of one process whose text is not shown. */
export interface HiddenErrors {
  /** How many there were: a call remembers it from when it began. */
  readonly count: number;
  hide(message: unknown): void;
  /** Whether an error may have come of a hidden one: one fell while its call ran, or it holds the text of one. */
  mayTell(error: unknown, countBefore: number): boolean;
}

/** What hid an error hides it again where the handler that got it passes it on as its own. */
export function createHiddenErrors(): HiddenErrors {
  const texts = new Set<string>();
  let count = 0;
  return {
    get count() {
      return count;
    },
    hide(message) {
      count++;
      if (typeof message !== "string" || message === "") return;
      texts.add(inJson(message.slice(0, MAX_LENGTH)));
      if (texts.size > MAX_TEXTS) texts.delete(texts.values().next().value as string);
    },
    mayTell(error, countBefore) {
      if (count > countBefore) return true;
      if (count === 0) return false;
      const json = JSON.stringify(bytesAsBase64(error));
      for (const text of texts) if (json.includes(text)) return true;
      return false;
    },
  };
}

/** As it stands within a string. */
const inJson = (text: string): string => JSON.stringify(text).slice(1, -1);
