import { expect, test } from "vitest";
import { queryTerms, textTerms } from "./text-terms.js";

const terms = (text: string) => [...textTerms(text)].map(({ term }) => term);

test("words are in lower case, and where they stand is known", () => {
  expect([...textTerms("Über: x")]).toEqual([
    { term: "über", start: 0, end: 4 },
    { term: "x", start: 6, end: 7 },
  ]);
});

test("the parts of a name in code are found as well as the whole", () => {
  expect(terms("createHTTPServer snake_case utf8")).toEqual([
    "createhttpserver",
    "create",
    "http",
    "server",
    "snake",
    "case",
    "utf8",
  ]);
});

test("hashes and encoded data are no words", () => {
  expect(terms(`${"a".repeat(64)} ${"b".repeat(65)}`)).toEqual(["a".repeat(64)]);
});

test("a query's words are not taken apart, and only the first count", () => {
  expect(queryTerms("a b c d e f g h i j k l m n o p q r s ".repeat(50))).toHaveLength(16);
  expect(queryTerms("createServer, the SERVER; server")).toEqual(["createserver", "the", "server"]);
});
