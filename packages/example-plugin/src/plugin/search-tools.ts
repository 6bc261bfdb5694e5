import * as z from "@outrigger/protocol/zod";
import { tool, tools } from "@outrigger/worker-sdk";
import type { OutlineData, SearchData } from "../contract.js";
import type { ReportingContext } from "./docs-context.js";
import type { TenantLibraries } from "./tenant-libraries.js";

/** What agents and people search with. */
export const searchTools = (libraries: TenantLibraries) =>
  tools({
    search: tool(
      {
        description: "Full-text search over the Markdown folders of the tenant; the best sections with a snippet each.",
        params: z.object({
          query: z.string().trim().min(1).max(1000),
          limit: z.int().min(1).max(50).default(5),
        }),
      },
      async ({ query, limit }, context: ReportingContext) => {
        const library = await libraries.open(context, context.progress);
        const data = library.search(query, limit);
        return { content: searchText(query, data), data };
      },
    ),
    outline: tool(
      {
        description: "The headings of one file with their lines. The file is named as in a hit, or by the end of that.",
        params: z.object({ file: z.string().min(1).max(4096) }),
      },
      async ({ file }, context: ReportingContext) => {
        const library = await libraries.open(context, context.progress);
        const found = library.outline(file);
        if (!Array.isArray(found)) return { content: outlineText(found as OutlineData), data: found };
        const error =
          found.length === 0 ? `there is no file ${file}` : `${file} could be ${found.slice(0, 10).join(", ")}`;
        return { content: `${error}; search for it, and name it as in a hit`, error };
      },
    ),
  });

function searchText(query: string, { hits, total, didYouMean }: SearchData): string {
  const lines = hits.map(
    ({ file, line, headings, snippet }) => `- ${file}:${line} ${headings.join(" > ")}: ${snippet.text}`,
  );
  const hint = didYouMean === undefined ? "" : ` Did you mean "${didYouMean}"?`;
  return [`${total} sections match "${query}".${hint}`, ...lines].join("\n");
}

function outlineText({ file, headings }: OutlineData): string {
  return [file, ...headings.map(({ level, title, line }) => `${"  ".repeat(level)}${title} (line ${line})`)].join("\n");
}
