import { expect, test } from "vitest";
import { matchSnippet, phraseSnippet } from "./match-snippet.js";

const marked = (text: string, terms: string[], length?: number) => {
  const { text: shown, matches } = matchSnippet(text, new Set(terms), length);
  return [...matches].reverse().reduce((all, [start, end]) => {
    return `${all.slice(0, start)}[${all.slice(start, end)}]${all.slice(end)}`;
  }, shown);
};
const filler = (words: number) => Array.from({ length: words }, (_, index) => `word${index}`).join(" ");

test("a short text is shown whole", () => {
  expect(marked("Redact a secret, then redact more.", ["redact", "secret"])).toBe(
    "[Redact] a [secret], then [redact] more.",
  );
});

test("the window with the most different words wins over the first match", () => {
  const text = `redact ${filler(60)} secret ${filler(60)} redact the secret ${filler(60)}`;
  const shown = marked(text, ["redact", "secret"]);
  expect(shown).toMatch(/^….*\[redact\] the \[secret\].*…$/);
  expect(shown.length).toBeLessThan(180);
});

test("a matching part of a name is marked, overlapping marks are one", () => {
  expect(marked("use createServer", ["server"])).toBe("use create[Server]");
  expect(marked("use createServer", ["server", "createserver"])).toBe("use [createServer]");
});

test("without a match in the text its beginning is shown", () => {
  expect(marked(filler(60), ["heading"])).toMatch(/^word0 .*…$/);
  expect(marked("", ["heading"])).toBe("");
});

test("a character outside the BMP is never cut in two", () => {
  for (let length = 20; length < 30; length++) {
    const { text } = matchSnippet(`a${"😀".repeat(100)}b`, new Set(["b"]), length);
    expect(text).not.toMatch(/\p{Cs}/u);
  }
});

test("a phrase is found in any case and taken literally", () => {
  expect(phraseSnippet("Use C++ (really)", "c++ (R")).toEqual({ text: "Use C++ (really)", matches: [[4, 10]] });
  expect(phraseSnippet("Use C++", "[C]")).toBeUndefined();
  expect(phraseSnippet("a-b/c", "-b/")?.matches).toEqual([[1, 4]]);
});
