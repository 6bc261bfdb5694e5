import { readdir, readFile } from "node:fs/promises";
import { SourceMap } from "node:module";
import { basename, join } from "node:path";
import { Script } from "node:vm";
import { build } from "esbuild";
import ts from "typescript";
import { expect, inject, it } from "vitest";
import { compileEagerly } from "../../eager-functions.js";
import ofProtocol from "../../packages/protocol/eager-functions.json" with { type: "json" };
import ofSdk from "../../packages/worker-sdk/eager-functions.json" with { type: "json" };
import { functionsOfAStart, type StartFunction } from "./functions-of-a-start.js";

const IS_24 = Number.parseInt(process.versions.node, 10) >= 24;
const modules = join(inject("consumer"), "node_modules/@outrigger");

function eagerly(code: string, ...names: string[]): string {
  const text = compileEagerly(code, new Set(names)).toString();
  const { diagnostics } = ts.transpileModule(text, { reportDiagnostics: true, fileName: "file.js" });
  expect(diagnostics?.map(({ messageText }) => messageText)).toEqual([]);
  return text;
}

it("functions of these names are put in parentheses, declarations at the head of their block", () => {
  const code =
    'import "a";\nfirst();\nfunction first() { return second(); async function second() {} }\nfunction third() {}\n';
  expect(eagerly(code, "first", "second")).toBe(
    'import "a";\nconst first = (function () { const second = (async function () {});\nreturn second();  });\nfirst();\n\nfunction third() {}\n',
  );
  expect(eagerly("const a = () => 1, b = { c: function () {} };", "a", "c")).toBe(
    "const a = (() => 1), b = { c: (function () {}) };",
  );
});

it("what is handed to a call has the name that its answer is given", () => {
  expect(eagerly("const a = f(1, (x) => x);", "a")).toBe("const a = f(1, ((x) => x));");
});

it("what V8 takes no hint for, has no name, or is exported where it stands, stays as it is", () => {
  const code =
    "export function d() {}\nclass A { a() {} }\nconst b = { a() {}, get c() { return () => 1; } }, e = async () => 1;\nf(() => 1);\n";
  expect(eagerly(code, "a", "b", "c", "A", "d", "e", "f")).toBe(code);
});

it("a function that a comment tells bundlers something of is not moved away from it", () => {
  expect(() => eagerly("g();\n/* @__NO_SIDE_EFFECTS__ */ function f() {}", "f")).toThrow(
    "f: a function with an annotation",
  );
});

const body = "let n = 0; for (let i = 0; i < 9; i++) n += i * 3; return n;";
it.each([
  ["a declaration", `function f() { ${body} }`],
  ["an async function", `async function f() { ${body} }`],
  ["a function that a variable is given", `const f = function () { ${body} };`],
  ...(IS_24 ? [["an arrow", `const f = () => { ${body} };`]] : []),
] as [string, string][])("V8 compiles %s together with the file, and so it is in what is kept", (_, code) => {
  const kept = (text: string): number => new Script(text).createCachedData().length;
  expect(kept(eagerly(code, "f"))).toBeGreaterThan(kept(code) + 100);
});

it("functions keep their names in a bundle", async () => {
  const { outputFiles } = await build({
    stdin: {
      contents:
        'import { definePlugin, serve } from "@outrigger/worker-sdk"; console.log(definePlugin.name, serve.name);',
      resolveDir: inject("consumer"),
    },
    ...{ bundle: true, format: "cjs", platform: "node", write: false, logLevel: "silent" },
  });
  const said: unknown[] = [];
  new Function("require", "console", outputFiles[0]?.text ?? "")(process.getBuiltinModule, {
    log: (...names: unknown[]) => said.push(...names),
  });
  expect(said).toEqual(["definePlugin", "serve"]);
});

it.each(["protocol", "worker-sdk"])("source maps of %s tell where each function stands in its source", async (name) => {
  const dist = join(modules, name, "dist");
  const [file = "", ...others] = (await readdir(dist)).filter((one) => /^chunk-.*\.js$/.test(one));
  expect(others).toEqual([]);
  const map = JSON.parse(await readFile(join(dist, `${file}.map`), "utf8"));
  const lines = (await readFile(join(dist, file), "utf8")).split("\n");
  const sourceMap = new SourceMap(map);
  const wrong: string[] = [];
  let moved = 0;
  for (const [line, text] of lines.entries()) {
    // A number at the end of its name may be the bundler's.
    const found = /^ *const (\w+?)\d* = \((?:async )?(?=function\*? \()/.exec(text);
    if (found === null) continue;
    moved++;
    const entry = sourceMap.findEntry(line, found[0].length) as { originalSource?: string; originalLine?: number };
    const source: string = map.sourcesContent[map.sources.indexOf(entry.originalSource)] ?? "";
    if (!source.split("\n")[entry.originalLine ?? -1]?.includes(`${found[1]}`)) wrong.push(found[0]);
  }
  expect(moved).toBeGreaterThan(20);
  expect(wrong).toEqual([]);
});

const listed = { ...ofProtocol, ...ofSdk };
const listOf = ({ file }: StartFunction): string => (basename(file) === "zod.js" ? "zod" : file.replace(/\/.*/, ""));

// Windows reads and ends in other ways.
it.skipIf(process.platform === "win32")(
  "a start calls the functions of eager-functions.json, and no others",
  async () => {
    const found = await functionsOfAStart(inject("consumer"));
    const namesOf = (list: string): string[] =>
      [...new Set(found.filter((one) => listOf(one) === list).map(({ name }) => name))].sort();
    // How a handler is run before contexts were maps takes one less.
    const protocol = listed.protocol.filter((name) => IS_24 || name !== "enter");
    const ran = Object.fromEntries(Object.keys(listed).map((list) => [list, namesOf(list)]));
    expect(ran, "with a plus: to be added, with a minus: to be taken away").toEqual({ ...listed, protocol });
    expect(found.filter(({ isInParentheses }) => !isInParentheses)).toEqual([]);
  },
);
