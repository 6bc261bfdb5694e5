import { readdir, readFile } from "node:fs/promises";
import { join } from "node:path";

/** One folder an example: `contract.ts`, `plugin.ts`, `host.ts`, and `output.txt`, which is what the host prints. */
export const examplesFolder = join(import.meta.dirname, "examples");

export async function exampleNames(): Promise<string[]> {
  const entries = await readdir(examplesFolder, { withFileTypes: true });
  const folders = entries.filter((entry) => entry.isDirectory()).map(({ name }) => name);
  return folders.sort();
}

/** A code block that shows a file says so behind its language: ` ```ts 01-cancellation/host.ts `. */
const SHOWN = /^```(\w+) (\S+\/\S+)\n[\s\S]*?^```$/gm;

/** The document with what stands in its code blocks replaced by what stands in the files, and those files. */
export async function embedExamples(markdown: string): Promise<{ text: string; files: string[] }> {
  const files = [...markdown.matchAll(SHOWN)].map(([, , file = ""]) => file);
  const code = new Map<string, string>();
  for (const file of files) code.set(file, await readFile(join(examplesFolder, file), "utf8"));
  const text = markdown.replaceAll(
    SHOWN,
    (_, language: string, file: string) => `\`\`\`${language} ${file}\n${code.get(file) ?? ""}\`\`\``,
  );
  return { text, files };
}
