import { type TextTerm, textTerms } from "./text-terms.js";

/** A piece of a section around the best match. */
export interface Snippet {
  readonly text: string;
  /** Where the query matches in `text`: `[start, end)`, ordered, not overlapping. */
  readonly matches: readonly (readonly [start: number, end: number])[];
}

type Range = readonly [start: number, end: number];

/** Cuts the `length` characters out of `text` that hold the most different `terms`. */
export function matchSnippet(text: string, terms: ReadonlySet<string>, length = 160): Snippet {
  return snippetAround(
    text,
    [...textTerms(text)].filter(({ term }) => terms.has(term)),
    length,
  );
}

/** The same for a phrase, in any case; `undefined` when it does not occur. */
export function phraseSnippet(text: string, phrase: string, length = 160): Snippet | undefined {
  const pattern = new RegExp(phrase.replace(/[\\^$.*+?()[\]{}|]/g, "\\$&"), "giu");
  const found = Array.from(text.matchAll(pattern), ({ 0: match, index }) => ({
    term: phrase,
    start: index,
    end: index + match.length,
  }));
  return found.length === 0 ? undefined : snippetAround(text, found, length);
}

function snippetAround(text: string, found: readonly TextTerm[], length: number): Snippet {
  const first = found[bestStart(found, length)];
  const from = first === undefined ? 0 : Math.max(0, Math.min(first.start - length / 4, text.length - length));
  const start = wordBoundary(text, Math.floor(from));
  const end = text.length - start <= length ? text.length : lastBoundary(text, start, start + length);

  const prefix = start > 0 ? "…" : "";
  const suffix = end < text.length ? "…" : "";
  const shift = prefix.length - start;
  const ranges = found.filter((range) => range.start >= start && range.end <= end);
  return {
    text: prefix + text.slice(start, end) + suffix,
    matches: merged(ranges.map((range) => [range.start + shift, range.end + shift] as const)),
  };
}

/** The index of the match whose window holds the most different terms. */
function bestStart(found: readonly { term: string; start: number }[], length: number): number {
  const inside = new Map<string, number>();
  let best = 0;
  let most = 0;
  let next = 0;
  for (const [index, { term, start }] of found.entries()) {
    for (let ahead = found[next]; ahead && ahead.start < start + length * 0.7; ahead = found[++next]) {
      inside.set(ahead.term, (inside.get(ahead.term) ?? 0) + 1);
    }
    if (inside.size > most) {
      most = inside.size;
      best = index;
    }
    const left = (inside.get(term) ?? 1) - 1;
    if (left === 0) inside.delete(term);
    else inside.set(term, left);
  }
  return best;
}

function wordBoundary(text: string, from: number): number {
  if (from === 0) return 0;
  const space = text.indexOf(" ", from);
  return space >= 0 && space - from < 40 ? space + 1 : wholeCharacter(text, from);
}

function lastBoundary(text: string, start: number, end: number): number {
  const space = text.lastIndexOf(" ", end);
  return space > start + (end - start) / 2 ? space : wholeCharacter(text, end);
}

/** Not between the halves of a surrogate pair. */
function wholeCharacter(text: string, at: number): number {
  return /^[\uDC00-\uDFFF]/.test(text.slice(at, at + 1)) ? at - 1 : at;
}

function merged(ranges: readonly Range[]): Range[] {
  const result: Range[] = [];
  for (const range of [...ranges].sort((a, b) => a[0] - b[0])) {
    const last = result.at(-1);
    if (last && range[0] <= last[1]) result[result.length - 1] = [last[0], Math.max(last[1], range[1])];
    else result.push(range);
  }
  return result;
}
