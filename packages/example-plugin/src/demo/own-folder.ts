import { addFolder, searchDocs } from "./docs-calls.js";
import { type DocsHost, startDocs } from "./docs-host.js";
import { hitLines, printable } from "./hit-lines.js";
import { count, duration, StepFailed } from "./stage.js";
import type { Output } from "./terminal-output.js";

/** Searches a folder of the user's. */
export async function ownFolder(
  { host }: DocsHost,
  output: Output,
  signal: AbortSignal,
  { folder, query }: { readonly folder: string; readonly query: string },
): Promise<void> {
  const worker = await startDocs(host, {});
  const report = await addFolder(worker, output, folder, signal);
  output.title(folder);
  for (const { file, message } of report.skipped.slice(0, 5)) output.line(printable(`left out: ${file}: ${message}`));
  if (report.skippedTotal > 5) output.line(`left out: ${report.skippedTotal - 5} more`);
  if (report.files === 0) {
    throw new StepFailed("it has no Markdown: expected .md, .markdown or .mdx; node_modules and .git are left out");
  }
  const indexed = `${count(report.files, "file")}, ${count(report.sections, "section")}`;
  output.line(`${indexed}, indexed in ${duration(report.ms)}`);

  const { hits, total, exact, didYouMean, ms } = await searchDocs(worker, output, query, signal);
  output.line();
  output.line(`${output.colours.bold(query)}  ${count(total, "section")} in ${duration(ms)}`);
  if (didYouMean) output.line(`did you mean: ${output.colours.bold(didYouMean)}?`);
  if (!exact && hits.length > 0) output.line("no section has every word; these have some, or similar ones");
  if (hits.length === 0) throw new StepFailed("nothing matches; try fewer words, or other ones");
  for (const line of hitLines(hits, output)) output.line(line);
  await worker.stop();
}
