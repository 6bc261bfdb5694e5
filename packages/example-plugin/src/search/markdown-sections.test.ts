import { readFile } from "node:fs/promises";
import { expect, test } from "vitest";
import { readme, realFiles } from "../../test/real-markdown.js";
import { markdownSections } from "./markdown-sections.js";

const outline = (source: string) => markdownSections(source).map(({ headings, line }) => [headings.join(" > "), line]);

test("a section knows the headings above it and its line", () => {
  const source = "# A\ntext\n## B\n\ntext\n\n### C\n## D\n# E\n";
  expect(outline(source)).toEqual([
    ["A", 1],
    ["A > B", 3],
    ["A > B > C", 7],
    ["A > D", 8],
    ["E", 9],
  ]);
});

test("text before the first heading is a section of its own", () => {
  expect(markdownSections("\n\nHello\n\n# A")).toEqual([
    { headings: [], level: 0, line: 1, text: "Hello" },
    { headings: ["A"], level: 1, line: 5, text: "" },
  ]);
});

test("setext headings count, rules and front matter do not", () => {
  expect(outline("---\ntitle: Page\n---\nA\n===\n\n---\n\nB\n---\n")).toEqual([
    ["Page", 1],
    ["Page > A", 4],
    ["Page > A > B", 9],
  ]);
});

test("what looks like a heading in a fence, a quote, a list or a comment is text", () => {
  const source = "# A\n\n```sh\n# install\n```\n\n~~~\n# b\n~~~\n\n> # c\n\n- # d\n\n<!--\n# e\n-->\n";
  expect(outline(source)).toEqual([["A", 1]]);
  expect(markdownSections(source)[0]?.text).toBe("# install # b c d");
});

test("markup is not part of the text", () => {
  const source =
    "## The **`Peer`** [class](http://x.example)\n\nA _b_ `c<d>` ![logo](l.png) &amp; <b>e</b>\n\n| f | g |\n| - | - |\n| h | i |\n";
  expect(markdownSections(source)).toEqual([
    { headings: ["The Peer class"], level: 2, line: 1, text: "A b c<d> logo & e f g h i" },
  ]);
});

test("an HTML heading, as many a README has on top, is a heading", () => {
  expect(outline('<h1 align="center">\n  <img src="l.svg"> Name\n</h1>\n\ntext\n\n## Use\n')).toEqual([
    ["Name", 1],
    ["Name > Use", 7],
  ]);
});

test("line ends of Windows give the same sections", () => {
  const source = "# A\n\ntext\n\n## B\n\n- c\n";
  expect(markdownSections(source.replaceAll("\n", "\r\n"))).toEqual(markdownSections(source));
});

test("nothing in the text or a heading is a command to a terminal", () => {
  const source = "# A\u001b[31m red\u0007\n\ntext\u001b[2J\u001b]0;title\u0007 more\u009b1m\n\n<h2>B\u001b[0m</h2>\n";
  expect(markdownSections(source)).toMatchObject([
    { headings: ["A red"], text: "text 0;title more" },
    { headings: ["A red", "B"] },
  ]);
});

test("an empty file has no sections", () => {
  expect(markdownSections("")).toEqual([]);
  expect(markdownSections("\n \n")).toEqual([]);
});

test("MiniSearch's own README", async () => {
  const sections = markdownSections(await readme("minisearch"));
  const usage = sections.find(({ headings }) => headings.at(-1) === "Search options");
  expect(usage?.headings).toEqual(["MiniSearch", "Usage", "Search options"]);
  expect(usage?.text).toContain("MiniSearch supports several options for more advanced search behavior");
});

test("in every real file each section stands on the line it names, in order", async () => {
  const files = await realFiles();
  expect(files.length).toBeGreaterThan(300);
  const wrong: string[] = [];
  let checked = 0;
  for (const { path, name } of files) {
    const source = await readFile(path, "utf8");
    const lines = source.split("\n");
    let before = 0;
    for (const { headings, level, line } of markdownSections(source)) {
      if (line < before) wrong.push(`${name}:${line} comes after ${before}`);
      before = line;
      const word = /[\p{L}\p{N}]+/u.exec(headings.at(-1) ?? "")?.[0];
      if (level === 0 || !word) continue;
      checked++;
      // An HTML heading may have its words on a later line.
      if (
        !lines
          .slice(line - 1, line + 8)
          .join("\n")
          .includes(word)
      )
        wrong.push(`${name}:${line} lacks ${word}`);
    }
  }
  expect(wrong).toEqual([]);
  expect(checked).toBeGreaterThan(2000);
});
