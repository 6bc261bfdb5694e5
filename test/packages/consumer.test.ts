import { spawnSync } from "node:child_process";
import { cp, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, inject, it } from "vitest";
import { published } from "./packed-packages.js";

const consumer = inject("consumer");

const entries: string[] = [];
for (const name of published) {
  const manifest = await readFile(join(consumer, "node_modules/@outrigger", name, "package.json"), "utf8");
  const subpaths = Object.keys(JSON.parse(manifest).exports).filter((subpath) => !subpath.endsWith(".json"));
  entries.push(...subpaths.map((subpath) => `@outrigger/${name}${subpath.slice(1)}`));
}

interface Loaded {
  readonly entry: string;
  readonly path: string;
  readonly required: readonly string[];
  readonly imported: readonly string[];
}

/** What `require()` and `import()` give of each entry. */
async function load(): Promise<readonly Loaded[]> {
  const script = join(consumer, "consumer.cjs");
  await cp(fileURLToPath(new URL("./consumer.cjs", import.meta.url)), script);
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...entries], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  return stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
}

const loaded = await load();

it("require() and import() of the installed packages give the same names", () => {
  expect(loaded.map(({ entry }) => entry)).toEqual(entries);
  for (const { path, required, imported } of loaded) {
    expect(path).toMatch(/[\\/]dist[\\/]/);
    expect(required).toEqual(imported);
  }
});

async function declared(): Promise<ts.Program> {
  const file = join(consumer, "consumer.mts");
  await writeFile(file, entries.map((entry, index) => `export * as e${index} from "${entry}";\n`).join(""));
  return ts.createProgram([file], {
    target: ts.ScriptTarget.ES2023,
    lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
    module: ts.ModuleKind.NodeNext,
    moduleResolution: ts.ModuleResolutionKind.NodeNext,
    types: ["node"],
    typeRoots: [join(consumer, "node_modules/@types")],
    strict: true,
    exactOptionalPropertyTypes: true,
    noEmit: true,
  });
}

const program = await declared();

it("the installed declarations compile in a strict project that checks libraries", { timeout: 60_000 }, () => {
  const problems = ts.getPreEmitDiagnostics(program).map(({ messageText, file }) => {
    return `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
  expect(problems).toEqual([]);
});

it("the installed declarations promise the values that there are", { timeout: 60_000 }, () => {
  const checker = program.getTypeChecker();
  const file = program.getSourceFile(join(consumer, "consumer.mts"));
  const modules = checker.getExportsOfModule(checker.getSymbolAtLocation(file as ts.SourceFile) as ts.Symbol);
  const resolved = (symbol: ts.Symbol) =>
    symbol.flags & ts.SymbolFlags.Alias ? checker.getAliasedSymbol(symbol) : symbol;
  const isValue = (symbol: ts.Symbol): boolean => (resolved(symbol).flags & ts.SymbolFlags.Value) !== 0;
  for (const [index, { entry, imported }] of loaded.entries()) {
    const values = checker.getExportsOfModule(resolved(modules[index] as ts.Symbol)).filter(isValue);
    expect(values.map(({ name }) => name).sort(), entry).toEqual(imported.filter((name) => name !== "module.exports"));
  }
});
