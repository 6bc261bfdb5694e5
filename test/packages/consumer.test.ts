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

it("require() and import() of the installed packages give the same names", async () => {
  const script = join(consumer, "consumer.cjs");
  await cp(fileURLToPath(new URL("./consumer.cjs", import.meta.url)), script);
  const { stdout, stderr, status } = spawnSync(process.execPath, [script, ...entries], { encoding: "utf8" });
  expect({ status, stderr }).toEqual({ status: 0, stderr: "" });
  const loaded = stdout
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line));
  expect(loaded.map(({ entry }) => entry)).toEqual(entries);
  for (const { path, required, imported } of loaded) {
    expect(path).toMatch(/[\\/]dist[\\/]/);
    expect(required).toEqual(imported);
  }
});

it("the installed declarations compile in a strict project that checks libraries", { timeout: 60_000 }, async () => {
  const file = join(consumer, "consumer.mts");
  await writeFile(file, entries.map((entry, index) => `export * as e${index} from "${entry}";\n`).join(""));
  const program = ts.createProgram([file], {
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
  const problems = ts.getPreEmitDiagnostics(program).map(({ messageText, file }) => {
    return `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
  expect(problems).toEqual([]);
});
