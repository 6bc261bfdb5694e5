import MiniSearch, { type SearchOptions, type SearchResult } from "minisearch";
import type { Section } from "./markdown-sections.js";
import { matchSnippet, type Snippet } from "./match-snippet.js";
import { queryTerms, textTerms } from "./text-terms.js";

/** A section found. */
export interface IndexHit {
  /** The path and name given to `setFile`. */
  readonly path: string;
  readonly name: string;
  readonly line: number;
  readonly headings: readonly string[];
  readonly snippet: Snippet;
  /** Comparable within one answer; higher is better. */
  readonly score: number;
}

export interface IndexAnswer {
  readonly hits: readonly IndexHit[];
  /** How many sections match; `hits` holds the best of them. */
  readonly total: number;
  /** Whether `hits` hold every word of the query (a word's beginning counts), or only some or similar ones. */
  readonly exact: boolean;
  /** The query with words nobody wrote replaced by similar ones; `undefined` when every word is known. */
  readonly didYouMean: string | undefined;
}

export interface IndexLimits {
  /** Default 200,000. */
  readonly sections?: number;
  /** Characters of all sections together. Default 64 Mi. */
  readonly characters?: number;
}

export interface IndexStats {
  readonly files: number;
  readonly sections: number;
  /** Different words. */
  readonly terms: number;
  readonly characters: number;
}

interface Entry {
  readonly id: number;
  readonly path: string;
  readonly name: string;
  readonly section: Section;
}

const FIELDS = ["heading", "above", "text"] as const;
const STRICT: SearchOptions = { combineWith: "AND", prefix: (term) => term.length > 2, fuzzy: false };
const LOOSE: SearchOptions = {
  combineWith: "OR",
  prefix: (term) => term.length > 2,
  fuzzy: (term) => (term.length > 3 ? 0.25 : false),
  maxFuzzy: 3,
};

/** A full-text index over the sections of Markdown files. Its size is bounded; it reads nothing from disk. */
export function createSearchIndex(limits: IndexLimits = {}) {
  const maxSections = limits.sections ?? 200_000;
  const maxCharacters = limits.characters ?? 64 * 1024 * 1024;
  const entries = new Map<number, Entry>();
  const files = new Map<string, readonly number[]>();
  let characters = 0;
  let nextId = 0;

  const index = new MiniSearch<Entry>({
    fields: [...FIELDS],
    extractField: (entry, field) => fieldOf(entry, field),
    tokenize: (text) => Array.from(textTerms(text), ({ term }) => term),
    processTerm: (term) => term,
    searchOptions: { boost: { heading: 4, above: 1.5 }, tokenize: queryTerms },
  });

  const removeFile = (path: string): boolean => {
    const ids = files.get(path);
    if (!ids) return false;
    for (const id of ids) {
      characters -= sizeOf(entries.get(id)?.section);
      entries.delete(id);
      index.discard(id);
    }
    return files.delete(path);
  };

  /**
   * Replaces what is known of the file at `path`; its `name` is searched too. Returns `false`, and knows nothing of it,
   * when it would not fit.
   */
  const setFile = (path: string, name: string, sections: readonly Section[]): boolean => {
    removeFile(path);
    const size = sections.reduce((sum, section) => sum + sizeOf(section), 0);
    if (entries.size + sections.length > maxSections || characters + size > maxCharacters) return false;
    const added = sections.map((section) => ({ id: nextId++, path, name, section }));
    for (const entry of added) {
      entries.set(entry.id, entry);
      index.add(entry);
    }
    characters += size;
    files.set(
      path,
      added.map(({ id }) => id),
    );
    return true;
  };

  const toHit = (result: SearchResult): IndexHit[] => {
    const entry = entries.get(result.id as number);
    if (!entry) return [];
    const { headings, line, text } = entry.section;
    const snippet = matchSnippet(text, new Set(result.terms));
    return [
      { path: entry.path, name: entry.name, line, headings, snippet, score: Math.round(result.score * 100) / 100 },
    ];
  };

  /** The best `limit` sections for a query. */
  const search = (query: string, limit = 10): IndexAnswer => {
    const strict = index.search(query, STRICT);
    const exact = strict.length > 0;
    const results = exact ? strict : index.search(query, LOOSE);
    return {
      hits: results.slice(0, limit).flatMap(toHit),
      total: results.length,
      exact,
      didYouMean: exact ? undefined : corrected(query),
    };
  };

  /** The word as it is, when it is known; else the most frequent of the most similar ones. */
  const similar = (word: string): string => {
    if (word.length < 3 || index.search(word, STRICT).length > 0) return word;
    for (const edits of word.length > 5 ? [1, 2, 3] : [1, 2]) {
      const uses = new Map<string, number>();
      for (const { terms } of index.search(word, { prefix: false, fuzzy: edits })) {
        for (const term of terms) uses.set(term, (uses.get(term) ?? 0) + 1);
      }
      const [best] = [...uses].sort((a, b) => b[1] - a[1]);
      if (best) return best[0];
    }
    return word;
  };

  const corrected = (query: string): string | undefined => {
    const words = queryTerms(query);
    const better = words.map(similar).join(" ");
    return better === words.join(" ") ? undefined : better;
  };

  /** A file's sections in order; `undefined` for a file not indexed. */
  const sectionsOf = (path: string): readonly Section[] | undefined =>
    files.get(path)?.flatMap((id) => entries.get(id)?.section ?? []);

  const stats = (): IndexStats => ({
    files: files.size,
    sections: entries.size,
    terms: index.termCount,
    characters,
  });

  return { setFile, removeFile, search, sectionsOf, stats };
}

export type SearchIndex = ReturnType<typeof createSearchIndex>;

function sizeOf(section: Section | undefined): number {
  if (!section) return 0;
  return section.text.length + section.headings.reduce((sum, heading) => sum + heading.length, 0);
}

function fieldOf({ id, name, section }: Entry, field: string): string {
  switch (field) {
    case "id":
      return id as unknown as string;
    case "heading":
      return section.headings.at(-1) ?? "";
    case "above":
      return `${section.headings.slice(0, -1).join(" ")} ${name}`;
    default:
      return section.text;
  }
}
