import { readFile } from "node:fs/promises";
import { fileURLToPath } from "node:url";
import { type Scanned, scanFolder } from "../src/search/folder-scan.js";

/** The dependencies of the whole repository: hundreds of Markdown files nobody here wrote. */
export const dependencies = fileURLToPath(new URL("../../../node_modules/", import.meta.url));

/** This package's own few dependencies. */
export const ownDependencies = fileURLToPath(new URL("../node_modules/", import.meta.url));

export const readme = (name: string): Promise<string> => readFile(`${ownDependencies}${name}/README.md`, "utf8");

export type FoundFile = Extract<Scanned, { kind: "file" }>;

export async function realFiles(): Promise<FoundFile[]> {
  const files: FoundFile[] = [];
  for await (const found of scanFolder(dependencies, { ignore: ["**/.git/**"] })) {
    if (found.kind === "file") files.push(found);
  }
  return files;
}
