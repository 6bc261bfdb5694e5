import { defineContract, stream } from "@outrigger/protocol";
import { pluginContract } from "@outrigger/protocol/plugin-contract";
import * as z from "@outrigger/protocol/zod";

const snippet = z.object({
  text: z.string(),
  /** Where the query matches in `text`: `[start, end)`. */
  matches: z.array(z.tuple([z.int(), z.int()])),
});

/** A section of a Markdown file. */
const place = {
  folder: z.string(),
  /** Relative to the folder, with `/`. */
  file: z.string(),
  line: z.int(),
  /** The section's heading with those above it, outermost first. */
  headings: z.array(z.string()),
};

/** A section that a search found. */
export const hit = z.object({ ...place, snippet, score: z.number() });
export type Hit = z.output<typeof hit>;

/** A section that holds a text word by word. */
export const textHit = z.object({ ...place, snippet });
export type TextHit = z.output<typeof textHit>;

/** The `data` of the tool `search`. */
export const searchData = z.object({
  hits: z.array(hit),
  total: z.int(),
  /** Whether every word of the query was found, or only some or similar ones. */
  exact: z.boolean(),
  didYouMean: z.string().optional(),
});
export type SearchData = z.output<typeof searchData>;

/** The `data` of the tool `outline`. */
export const outlineData = z.object({
  folder: z.string(),
  file: z.string(),
  headings: z.array(z.object({ level: z.int(), title: z.string(), line: z.int() })),
});
export type OutlineData = z.output<typeof outlineData>;

/** What indexing did: the result of the action `add-folder` and of the job `reindex`. */
export const indexReport = z.object({
  files: z.int(),
  sections: z.int(),
  /** What was left out and why; the first 100. */
  skipped: z.array(z.object({ file: z.string(), reason: z.string(), message: z.string() })),
  skippedTotal: z.int(),
  ms: z.number(),
});
export type IndexReport = z.output<typeof indexReport>;

/** The data `stats`. */
export const stats = z.object({
  folders: z.array(z.string()),
  files: z.int(),
  sections: z.int(),
  /** Different words. */
  terms: z.int(),
  characters: z.int(),
  /** ISO 8601; `null` before the first time. */
  lastIndexedAt: z.string().nullable(),
  heapBytes: z.int(),
});
export type Stats = z.output<typeof stats>;

const services = pluginContract.workerToHost;

/** What a product with plugins needs, and one method of this plugin's own. */
export const docsSearch = defineContract({
  name: "outrigger.docs-search",
  version: 1,
  hostToWorker: {
    ...pluginContract.hostToWorker,
    /** Sections that hold `text` word by word, as the files are read: the first come long before the last. */
    findText: stream({
      params: z.object({ tenant: z.string().min(1).max(256), text: z.string().min(1).max(1000) }),
      item: textHit,
    }),
  },
  // The services it uses and no more: a host of this contract has to offer each of them.
  workerToHost: {
    "state.get": services["state.get"],
    "state.set": services["state.set"],
    "events.subscribe": services["events.subscribe"],
    "secrets.resolve": services["secrets.resolve"],
    "activity.log": services["activity.log"],
    "metrics.write": services["metrics.write"],
  },
});
