import { readFile } from "node:fs/promises";
import type { IndexReport } from "../contract.js";
import { type Scanned, type ScanOptions, scanFolder } from "../search/folder-scan.js";
import { markdownSections, type Section } from "../search/markdown-sections.js";
import { timeBoxed } from "./time-boxed.js";

type FoundFile = Extract<Scanned, { kind: "file" }>;

export interface IndexingOptions {
  readonly scan: ScanOptions;
  readonly signal?: AbortSignal | undefined;
  /** At most about 100 times. */
  readonly onProgress?: ((progress: { done: number; total: number; message: string }) => void) | undefined;
  /** Takes the sections of a file; `false` when there is no room. */
  readonly add: (folder: string, file: { path: string; name: string }, sections: readonly Section[]) => boolean;
}

const SKIPPED_LISTED = 100;
/** The largest real file takes some 20 ms; some input makes the parser quadratic. */
const PARSE_MS = 3_000;

/** Reads all Markdown under the folders and hands it to `add`. One bad file or folder does not stop the rest. */
export async function indexFolders(folders: readonly string[], options: IndexingOptions): Promise<IndexReport> {
  const { scan, signal, onProgress, add } = options;
  const startedAt = performance.now();
  const skipped: { file: string; reason: string; message: string }[] = [];
  let skippedTotal = 0;
  const skip = (file: string, reason: string, message: string): void => {
    skippedTotal++;
    if (skipped.length < SKIPPED_LISTED) skipped.push({ file, reason, message });
  };

  const paths = new Set<string>();
  const found: { folder: string; file: FoundFile }[] = [];
  for (const folder of folders) {
    try {
      for await (const one of scanFolder(folder, { ...scan, signal })) {
        if (one.kind === "skipped") skip(one.name, one.reason, one.message);
        else if (!paths.has(one.path)) {
          paths.add(one.path);
          found.push({ folder, file: one });
        }
      }
    } catch (error) {
      signal?.throwIfAborted();
      skip(folder, "unreadable", String(error));
    }
  }

  const step = Math.max(1, Math.floor(found.length / 100));
  const report = (done: number): void => {
    if (done % step === 0 || done === found.length) {
      onProgress?.({ done, total: found.length, message: found[done - 1]?.file.name ?? "" });
    }
  };
  let files = 0;
  let sectionCount = 0;
  for (const [done, { folder, file }] of found.entries()) {
    signal?.throwIfAborted();
    const sections = await readSections(file.path);
    if (sections instanceof Error) skip(file.name, "unreadable", sections.message);
    else if (!add(folder, file, sections)) skip(file.name, "index-full", "the index has reached its limit");
    else {
      files++;
      sectionCount += sections.length;
    }
    report(done + 1);
  }
  const ms = Math.round(performance.now() - startedAt);
  return { files, sections: sectionCount, skipped, skippedTotal, ms };
}

/** The sections of a file, or why there are none. */
export async function readSections(path: string): Promise<readonly Section[] | Error> {
  try {
    const source = await readFile(path, "utf8");
    if (source.includes("\0")) return new Error("it is not text");
    return timeBoxed(() => markdownSections(source), PARSE_MS);
  } catch (error) {
    // Nesting thousands deep exhausts the parser's stack.
    return error instanceof Error ? error : new Error(String(error));
  }
}
