import { readFile } from "node:fs/promises";
import { beforeAll, describe, expect, test } from "vitest";
import { realFiles } from "../../test/real-markdown.js";
import { markdownSections } from "./markdown-sections.js";
import { createSearchIndex, type SearchIndex } from "./search-index.js";

const filled = (files: Record<string, string>): SearchIndex => {
  const index = createSearchIndex();
  for (const [file, source] of Object.entries(files)) index.setFile(`/${file}`, file, markdownSections(source));
  return index;
};
const found = (index: SearchIndex, query: string) =>
  index.search(query).hits.map(({ name, line }) => `${name}:${line}`);

test("a heading weighs more than text", () => {
  const index = filled({ "a.md": "# Other\n\nAbout transports.", "b.md": "# Transports\n\nText." });
  expect(found(index, "transports")).toEqual(["b.md:1", "a.md:1"]);
});

test("a file's name is searched, the folders it is in are not", () => {
  const index = createSearchIndex();
  index.setFile("/home/ada/docs/routing/cheat-sheet.md", "routing/cheat-sheet.md", markdownSections("# A"));
  expect(found(index, "cheat routing")).toEqual(["routing/cheat-sheet.md:1"]);
  expect(found(index, "ada")).toEqual([]);
});

test("every word has to be there; the beginning of one is enough", () => {
  const index = filled({ "a.md": "# A\nred apple", "b.md": "# B\nred pear" });
  expect(found(index, "red app")).toEqual(["a.md:1"]);
  expect(index.search("red app")).toMatchObject({ total: 1, exact: true, didYouMean: undefined });
});

test("where not every word is found, some will do, and that is said", () => {
  const index = filled({ "a.md": "# A\nred apple", "b.md": "# B\ngreen pear" });
  expect(index.search("red pear")).toMatchObject({ total: 2, exact: false, didYouMean: undefined });
});

test("a typo is found and the right word proposed", () => {
  const index = filled({ "a.md": "# A\nredaction of action", "b.md": "# B\nredaction" });
  expect(index.search("redction")).toMatchObject({ exact: false, didYouMean: "redaction" });
  expect(found(index, "redction")).toContain("b.md:1");
});

test("setting a file again replaces it, removing forgets it", () => {
  const index = filled({ "a.md": "# Old\napple" });
  index.setFile("/a.md", "a.md", markdownSections("# New\npear"));
  expect(found(index, "apple")).toEqual([]);
  expect(found(index, "pear")).toEqual(["a.md:1"]);
  expect(index.removeFile("/a.md")).toBe(true);
  expect(index.removeFile("/a.md")).toBe(false);
  expect(found(index, "pear")).toEqual([]);
  expect(index.stats()).toMatchObject({ files: 0, sections: 0, characters: 0 });
});

test("what does not fit is refused and leaves the rest as it is", () => {
  const index = createSearchIndex({ sections: 2, characters: 20 });
  expect(index.setFile("/a.md", "a.md", markdownSections("# A\napple"))).toBe(true);
  expect(index.setFile("/b.md", "b.md", markdownSections(`# B\n${"pear ".repeat(20)}`))).toBe(false);
  expect(index.setFile("/c.md", "c.md", markdownSections("# C\n\n# D"))).toBe(false);
  expect(index.stats()).toMatchObject({ files: 1, sections: 1, characters: 6 });
  expect(found(index, "pear")).toEqual([]);
});

test.each(["", "   ", "!?*", "constructor", "__proto__ toString"])("the query %j is harmless", (query) => {
  expect(filled({ "a.md": "# A\napple" }).search(query)).toMatchObject({ hits: [], total: 0, didYouMean: undefined });
});

describe("over the READMEs of the installed dependencies", () => {
  const index = createSearchIndex();
  beforeAll(async () => {
    for (const { path, name } of await realFiles())
      index.setFile(path, name, markdownSections(await readFile(path, "utf8")));
  }, 60_000);

  test.each([
    ["redact sensitive information", "pino/docs/redaction.md"],
    ["fuzzy search", "minisearch/README.md"],
    ["Standard Schema", "@standard-schema/spec/README.md"],
  ])("%s leads to %s", (query, file) => {
    const files = index.search(query, 10).hits.map((hit) => hit.name);
    expect(files.some((name) => name.endsWith(file))).toBe(true);
  });

  test("typing errors are corrected from words that occur", () => {
    expect(index.search("redacton of sensitve informaton").didYouMean).toBe("redaction of sensitive information");
  });

  test("every match lies inside its snippet", () => {
    for (const { snippet } of index.search("transport worker", 200).hits) {
      for (const [start, end] of snippet.matches) {
        expect(snippet.text.slice(start, end)).toMatch(/^[\p{L}\p{N}]+$/u);
      }
    }
  });
});
