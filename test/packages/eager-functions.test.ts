import { readdir, readFile } from "node:fs/promises";
import { SourceMap } from "node:module";
import { basename, join } from "node:path";
import { expect, inject, it } from "vitest";
import { compileEagerly } from "../../eager-functions.js";
import listed from "../../eager-functions.json" with { type: "json" };
import { functionsOfAStart, type StartFunction } from "./functions-of-a-start.js";

const eagerly = (code: string, ...names: string[]): string => compileEagerly(code, new Set(names)).toString();

it("functions of these names are put in parentheses, declarations at the head of their block", () => {
  const code =
    'import "a";\nfirst();\nfunction first() { return second(); function second() {} }\nfunction third() {}\n';
  expect(eagerly(code, "first", "second")).toBe(
    'import "a";\nconst first = (function first() { const second = (function second() {});\nreturn second();  });\nfirst();\n\nfunction third() {}\n',
  );
  expect(eagerly("const a = () => 1, b = { c: function () {} };", "a", "c")).toBe(
    "const a = (() => 1), b = { c: (function () {}) };",
  );
});

it("what is handed to a call has the name that its answer is given", () => {
  expect(eagerly("const a = f(1, (x) => x);", "a")).toBe("const a = f(1, ((x) => x));");
});

it("methods, functions without a name, and what is exported where it stands, stay as they are", () => {
  const code =
    "export function d() {}\\nclass A { a() {} }\nconst b = { a() {}, get c() { return () => 1; } };\nf(() => 1);\n";
  expect(eagerly(code, "a", "b", "c", "A", "d", "f")).toBe(code);
});

it("source maps tell where each function stands in its source", async () => {
  const dist = join(inject("consumer"), "node_modules/@outrigger/worker-sdk/dist");
  const file = (await readdir(dist)).find((name) => /^chunk-.*\.js$/.test(name)) ?? "";
  const map = JSON.parse(await readFile(join(dist, `${file}.map`), "utf8"));
  const lines = (await readFile(join(dist, file), "utf8")).split("\n");
  const sourceMap = new SourceMap(map);
  const wrong: string[] = [];
  let declared = 0;
  for (const [line, text] of lines.entries()) {
    const found = /\bfunction (\w+?)\d*\(/.exec(text);
    if (found === null) continue;
    declared++;
    const entry = sourceMap.findEntry(line, found.index) as { originalSource?: string; originalLine?: number };
    const source: string = map.sourcesContent[map.sources.indexOf(entry.originalSource)] ?? "";
    if (!source.split("\n")[entry.originalLine ?? -1]?.includes(`function ${found[1]}`)) wrong.push(found[0]);
  }
  expect(declared).toBeGreaterThan(50);
  expect(wrong).toEqual([]);
});

const keyOf = ({ file }: StartFunction): "zod" | "protocol" | "worker-sdk" =>
  basename(file) === "zod.js" ? "zod" : (file.split("/")[0] as "protocol" | "worker-sdk");

it("a start calls the functions of eager-functions.json, and no others that have a name", async () => {
  const found = await functionsOfAStart(inject("consumer"));
  const names = { zod: new Set<string>(), protocol: new Set<string>(), "worker-sdk": new Set<string>() };
  for (const one of found) names[keyOf(one)].add(one.name);
  const sorted = (keep: (key: keyof typeof names) => string[]) =>
    Object.fromEntries((Object.keys(names) as (keyof typeof names)[]).map((key) => [key, keep(key).sort()]));
  const missing = sorted((key) => [...names[key]].filter((name) => !listed[key].includes(name)));
  expect(missing, "to be added").toEqual({ zod: [], protocol: [], "worker-sdk": [] });
  // Node 20 and 22 do without one of them.
  const idle = sorted((key) => listed[key].filter((name) => !names[key].has(name)));
  expect(Object.values(idle).flat().length, `to be taken away: ${JSON.stringify(idle)}`).toBeLessThanOrEqual(1);
  expect(found.filter(({ isEager }) => !isEager)).toEqual([]);
});
