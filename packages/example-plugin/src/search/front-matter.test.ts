import { expect, test } from "vitest";
import { splitFrontMatter } from "./front-matter.js";

test("front matter is taken off, its title kept, its lines counted", () => {
  expect(splitFrontMatter('---\ntitle: "Remote: caching"\ntags: [a]\n---\n# One\n')).toEqual({
    title: "Remote: caching",
    body: "# One\n",
    lines: 4,
  });
});

test("line ends of Windows and a byte order mark do not matter", () => {
  expect(splitFrontMatter("\uFEFF---\r\ntitle: It's\r\n---\r\ntext")).toEqual({
    title: "It's",
    body: "text",
    lines: 3,
  });
});

test.each([
  ["a rule", "---\n\ntext\n\n---\n"],
  ["a block that never ends", "---\ntitle: a\n\ntext"],
  ["a block further down", "text\n\n---\ntitle: a\n---\n"],
])("%s is text", (_what, source) => {
  expect(splitFrontMatter(source)).toEqual({ title: undefined, body: source, lines: 0 });
});
