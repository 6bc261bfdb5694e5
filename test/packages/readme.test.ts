import { spawnSync } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import ts from "typescript";
import { expect, inject, it } from "vitest";

const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
const folder = join(inject("consumer"), "readme");

/** The README's code blocks that begin with `// <file>:`, as they stand. */
function snippets(markdown: string): [file: string, code: string][] {
  const blocks = [...markdown.matchAll(/^```ts\n(\/\/ (\S+\.ts):[\s\S]*?)^```$/gm)];
  return blocks.map(([, code = "", file = ""]) => [file, code]);
}

it("the README's three snippets compile and run as they stand", { timeout: 60_000 }, async () => {
  const files = snippets(readme);
  expect(files.map(([file]) => file)).toEqual(["contract.ts", "plugin.ts", "host.ts"]);
  await mkdir(folder, { recursive: true });
  await writeFile(join(folder, "package.json"), '{ "type": "module" }');
  for (const [file, code] of files) await writeFile(join(folder, file), code);

  const program = ts.createProgram(
    files.map(([file]) => join(folder, file)),
    {
      target: ts.ScriptTarget.ES2022,
      lib: ["lib.es2023.d.ts", "lib.esnext.disposable.d.ts"],
      module: ts.ModuleKind.NodeNext,
      types: ["node"],
      typeRoots: [join(inject("consumer"), "node_modules/@types")],
      strict: true,
      skipLibCheck: true, // the consumer test checks them
    },
  );
  const problems = ts.getPreEmitDiagnostics(program).map(({ file, messageText }) => {
    return `${file?.fileName ?? ""}: ${ts.flattenDiagnosticMessageText(messageText, "\n")}`;
  });
  expect(problems).toEqual([]);
  program.emit();

  const run = spawnSync(process.execPath, ["host.js"], { cwd: folder, encoding: "utf8", timeout: 30_000 });
  expect(run).toMatchObject({ status: 0, signal: null });
  const lines = run.stdout.split("\n");
  expect(lines).toContain("Hello Countess Ada! ");
  expect(run.stdout).toContain("export const greeter = defineContract({");
});

it("every file the README names exists", () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link = ""]) => link);
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter((link) => !existsSync(new URL(`../../${link}`, import.meta.url)))).toEqual([]);
});
