import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import ts from "typescript";
import { expect, it } from "vitest";

const root = join(import.meta.dirname, "../..");
const files = execFileSync("git", ["ls-files", "--cached", "--others", "--exclude-standard", "*.test.ts"], {
  cwd: root,
  encoding: "utf8",
});

/** The names of the tests in a file: `test("…")`, `it.each(…)("…")` and their like. */
function testNames(path: string): string[] {
  const source = ts.createSourceFile(path, readFileSync(join(root, path), "utf8"), ts.ScriptTarget.Latest, true);
  const found: string[] = [];
  const visit = (node: ts.Node): void => {
    if (ts.isCallExpression(node) && /^(?:test|it)\b/.test(node.expression.getText())) {
      const [name] = node.arguments;
      if (name !== undefined && ts.isStringLiteralLike(name)) found.push(name.text);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return found;
}

it("each failure of docs/regressions.md has a test that is named with its number, and no test another number", () => {
  const listed = readFileSync(join(root, "docs/regressions.md"), "utf8").matchAll(/^\| ([BW]\d+) /gm);
  const names = files
    .trim()
    .split("\n")
    .filter((path) => existsSync(join(root, path)))
    .flatMap(testNames);
  const tested = new Set(names.map((name) => /^([BW]\d+): /.exec(name)?.[1]).filter((number) => number !== undefined));
  expect([...tested].sort()).toEqual(Array.from(listed, ([, number]) => number as string).sort());
  expect(tested.size).toBe(35);
});
