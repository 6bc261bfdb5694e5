import type { Hit, IndexReport, OutlineData, SearchData, Stats, TextHit } from "../contract.js";
import { scanFolder } from "../search/folder-scan.js";
import { matchSnippet, phraseSnippet } from "../search/match-snippet.js";
import { createSearchIndex } from "../search/search-index.js";
import { locateFile } from "./file-location.js";
import { inTurn } from "./in-turn.js";
import { type IndexingOptions, indexFolders, readSections } from "./index-folders.js";
import type { Settings } from "./settings.js";

type Progress = Pick<IndexingOptions, "signal" | "onProgress">;

/** One tenant's folders and the index over them. */
export function createDocLibrary(settings: Settings) {
  const index = createSearchIndex();
  const folders = new Set<string>();
  const owners = new Map<string, { readonly folder: string; readonly name: string }>();
  const oneAtATime = inTurn();

  const set: IndexingOptions["add"] = (folder, { path, name }, sections) => {
    // Of folders that overlap, the first keeps the file.
    const owner = owners.get(path) ?? { folder, name };
    const fits = index.setFile(path, owner.name, sections);
    if (fits) owners.set(path, owner);
    else owners.delete(path);
    return fits;
  };
  const forget = (path: string): boolean => {
    owners.delete(path);
    return index.removeFile(path);
  };

  /** Indexes folders anew, the known ones unless told otherwise, and forgets files of theirs that are gone. */
  const reindex = (progress: Progress = {}, which: Iterable<string> = folders): Promise<IndexReport> =>
    oneAtATime(async () => {
      const chosen = new Set(which);
      for (const folder of chosen) folders.add(folder);
      const gone = new Set([...owners].filter(([, { folder }]) => chosen.has(folder)).map(([path]) => path));
      const report = await indexFolders([...chosen], {
        ...progress,
        scan: settings,
        add: (folder, file, sections) => {
          gone.delete(file.path);
          return set(folder, file, sections);
        },
      });
      for (const path of gone) forget(path);
      return report;
    });

  /** Reads one file anew. Files outside the folders, or that the settings leave out, are none of our business. */
  const refreshFile = (path: string): Promise<"indexed" | "removed" | "ignored"> =>
    oneAtATime(async () => {
      const located = await locateFile(path, folders, settings);
      if (located.kind === "gone") return forget(located.path) ? "removed" : "ignored";
      if (located.kind === "outside") return "ignored";
      const sections = await readSections(located.path);
      if (!(sections instanceof Error) && set(located.folder, located, sections)) return "indexed";
      return forget(located.path) ? "removed" : "ignored";
    });

  const search = (query: string, limit: number): SearchData => {
    const { hits, total, exact, didYouMean } = index.search(query, limit);
    return {
      hits: hits.map(({ path, name, line, headings, snippet, score }): Hit => {
        const matches = snippet.matches.map(([start, end]): [number, number] => [start, end]);
        const folder = owners.get(path)?.folder ?? "";
        return { folder, file: name, line, headings: [...headings], snippet: { text: snippet.text, matches }, score };
      }),
      total,
      exact,
      ...(didYouMean === undefined ? {} : { didYouMean }),
    };
  };

  /** The headings of a file, named as in hits or by the end of that name; or the names it could be. */
  const outline = (file: string): OutlineData | readonly string[] => {
    const all = [...owners].filter(([, { name }]) => name === file || name.endsWith(`/${file}`));
    const exact = all.filter(([, { name }]) => name === file);
    const [only, ...others] = exact.length > 0 ? exact : all;
    if (!only || others.length > 0) return all.map(([, { name }]) => name);
    const [path, { folder, name }] = only;
    const headings = (index.sectionsOf(path) ?? []).flatMap(({ headings, level, line }) => {
      const title = headings.at(-1);
      return title === undefined ? [] : [{ level, title, line }];
    });
    return { folder, file: name, headings };
  };

  /** Sections that hold `text` word by word, found by reading the files and not the index. */
  async function* findText(text: string, signal: AbortSignal): AsyncGenerator<TextHit> {
    const seen = new Set<string>();
    for (const folder of folders) {
      for await (const found of scanFolder(folder, { ...settings, signal })) {
        if (found.kind !== "file" || seen.has(found.path)) continue;
        seen.add(found.path);

        const sections = await readSections(found.path);
        if (sections instanceof Error) continue;
        for (const { headings, line, text: body } of sections) {
          const inHeading = phraseSnippet(headings.at(-1) ?? "", text) !== undefined;
          const snippet = phraseSnippet(body, text) ?? (inHeading ? matchSnippet(body, new Set()) : undefined);
          if (!snippet) continue;
          const matches = snippet.matches.map(([start, end]): [number, number] => [start, end]);
          yield { folder, file: found.name, line, headings: [...headings], snippet: { text: snippet.text, matches } };
        }
      }
    }
  }

  const stats = (): Omit<Stats, "lastIndexedAt" | "heapBytes"> => ({ folders: [...folders], ...index.stats() });

  return { reindex, refreshFile, search, outline, findText, stats, folders: folders as ReadonlySet<string> };
}

export type DocLibrary = ReturnType<typeof createDocLibrary>;
