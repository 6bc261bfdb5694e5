import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { expect, test } from "vitest";

const root = join(import.meta.dirname, "../..");
const documents = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.md"], {
  cwd: root,
  encoding: "utf8",
});

/** Links to files of the repository, and file names of tests in code: what a reader would look for. */
function named(markdown: string, folder: string): string[] {
  const links = [...markdown.matchAll(/\]\((?!https?:|#|mailto:)([^)#\s]+)/g)].map(([, link]) =>
    join(folder, link as string),
  );
  const tests = [...markdown.matchAll(/`((?:packages|test)\/[\w./-]+\.ts)`/g)].map(([, path]) => path as string);
  return [...links, ...tests];
}

test.each(documents.trim().split("\n"))("%s names only files that are there", (path) => {
  if (!existsSync(join(root, path))) return;
  const missing = named(readFileSync(join(root, path), "utf8"), dirname(path)).filter(
    (file) => !existsSync(join(root, file)),
  );
  expect(missing).toEqual([]);
});

test("a link to nothing is found", () => {
  expect(named("[a](docs/no.md#part) [b](https://x.y) `test/e2e/none.test.ts`", ".")).toEqual([
    "docs/no.md",
    "test/e2e/none.test.ts",
  ]);
});
