import type { Worker } from "@outrigger/host";
import { type docsSearch, type IndexReport, indexReport, type SearchData, searchData } from "../contract.js";
import { INDEX_TIMEOUT_MS } from "./docs-host.js";
import { progressBar } from "./progress-bar.js";
import { TENANT } from "./stage.js";
import type { Output } from "./terminal-output.js";

type Docs = Worker<typeof docsSearch>;

/** The tool `search`, as a product would call it for one of its agents. */
export async function searchDocs(
  worker: Docs,
  output: Output,
  query: string,
  signal: AbortSignal,
): Promise<SearchData & { ms: number }> {
  const bar = progressBar(output);
  const startedAt = performance.now();
  try {
    const { data } = await worker.request(
      "executeTool",
      { tool: "search", params: { query, limit: 3 }, run: { tenant: TENANT } },
      { signal, timeoutMs: INDEX_TIMEOUT_MS, onProgress: bar.update },
    );
    return { ...searchData.parse(data), ms: performance.now() - startedAt };
  } finally {
    bar.stop();
  }
}

/** The action `add-folder`, with a bar while it runs. */
export async function addFolder(worker: Docs, output: Output, path: string, signal: AbortSignal): Promise<IndexReport> {
  const bar = progressBar(output);
  try {
    const report = await worker.request(
      "performAction",
      { action: "add-folder", params: { path }, actor: { tenant: TENANT } },
      { signal, timeoutMs: INDEX_TIMEOUT_MS, onProgress: bar.update },
    );
    return indexReport.parse(report);
  } finally {
    bar.stop();
  }
}
