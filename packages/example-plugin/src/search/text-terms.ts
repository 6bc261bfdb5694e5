/** A word, or a part of one, and where it stands. */
export interface TextTerm {
  /** In lower case. */
  readonly term: string;
  readonly start: number;
  readonly end: number;
}

const WORD = /[\p{L}\p{N}\p{M}]+/gu;
const PART = /\p{Lu}+(?!\p{Ll})|\p{Lu}?\p{Ll}+|\p{N}+/gu;
/** Longer words are hashes and encoded data. */
const MAX_TERM = 64;

/** The words of a text, and the parts of words written like `createServer`. */
export function* textTerms(text: string): Generator<TextTerm> {
  for (const { 0: word, index } of text.matchAll(WORD)) {
    if (word.length > MAX_TERM) continue;
    yield { term: word.toLowerCase(), start: index, end: index + word.length };
    if (!/\p{Ll}\p{Lu}/u.test(word)) continue;
    for (const part of word.matchAll(PART)) {
      const start = index + part.index;
      if (part[0].length > 1) yield { term: part[0].toLowerCase(), start, end: start + part[0].length };
    }
  }
}

/** Each word of a query costs a walk through all words of the index. */
const MAX_QUERY_TERMS = 16;

/** The first whole words of a query, in lower case, each once. */
export function queryTerms(query: string): string[] {
  const words = query.match(WORD) ?? [];
  return [...new Set(words.filter((word) => word.length <= MAX_TERM).map((word) => word.toLowerCase()))].slice(
    0,
    MAX_QUERY_TERMS,
  );
}
