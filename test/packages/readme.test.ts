import { spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, readFile, writeFile } from "node:fs/promises";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { expect, inject, it } from "vitest";
import { runNode } from "./run-node.js";

const readme = await readFile(new URL("../../README.md", import.meta.url), "utf8");
const sdkReadme = await readFile(new URL("../../packages/worker-sdk/README.md", import.meta.url), "utf8");

/** Code blocks that begin with `// <file>`, as they stand. */
function snippets(markdown: string): [file: string, code: string][] {
  const blocks = [...markdown.matchAll(/^```ts\n(\/\/ ([\w./-]+\.ts)(?::.*)?\n[\s\S]*?)^```$/gm)];
  return blocks.map(([, code = "", file = ""]) => [file, code]);
}

/** Writes the snippets into a folder of the consumer, and compiles them; returns the folder and what does not compile. */
async function compile(name: string, files: [file: string, code: string][]) {
  const folder = join(inject("consumer"), name);
  for (const [file, code] of [["package.json", '{ "type": "module" }'], ...files] as [string, string][]) {
    await mkdir(dirname(join(folder, file)), { recursive: true });
    await writeFile(join(folder, file), code);
  }
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
  program.emit();
  return { folder, problems };
}

const files = snippets(readme);

/** The README's commands that begin so, without it. */
function commands(start: string): string[] {
  const lines = [...readme.matchAll(/^```sh\n([\s\S]*?)^```$/gm)].flatMap(([, block = ""]) => block.split("\n"));
  return lines.filter((line) => line.startsWith(start)).map((line) => line.slice(start.length).trim());
}
const [flagsOfTsc = ""] = commands("npx tsc ");
const [flagsOfEsbuild = ""] = commands("npx esbuild ");

/** Builds the plugin of the folder by the README's command. */
function buildPlugin(folder: string): void {
  const command = join(dirname(fileURLToPath(import.meta.resolve("esbuild/package.json"))), "bin", "esbuild");
  const { status, stderr } = spawnSync(command, flagsOfEsbuild.split(" "), { cwd: folder, encoding: "utf8" });
  expect(status, stderr).toBe(0);
}
const isMore = ([file]: [file: string, code: string]): boolean => file.startsWith("more/");
const first = files.filter((snippet) => !isMore(snippet));

it("the README's three snippets compile and run as they stand", { timeout: 60_000 }, async () => {
  expect(first.map(([file]) => file)).toEqual(["contract.ts", "plugin.ts", "host.ts"]);
  const { folder, problems } = await compile("readme", first);
  expect(problems).toEqual([]);
  buildPlugin(folder);
  const run = runNode(folder, "host.js");
  expect(run).toMatchObject({ status: 0, signal: null });
  const lines = run.stdout.split("\n");
  expect(lines).toContain("Hello Countess Ada! ");
  expect(run.stdout).toContain("export const greeter = defineContract({");
});

it("a plugin in one file says what is wrong with a value", { timeout: 60_000 }, async () => {
  const { folder } = await compile("readme-errors", first);
  buildPlugin(folder);
  const code = `import { createHost } from "@outrigger/host";
    import { greeter } from "./contract.js";
    const host = createHost(greeter, { handlers: { "state.get": () => null } });
    const worker = await host.start("w", { entry: new URL("./plugin.cjs", import.meta.url), capabilities: ["state.read"] });
    await worker.request("greet", { name: 1 }).catch(({ message }) => console.log(message));
    await host.close();`;
  await writeFile(join(folder, "errors.js"), code);
  expect(runNode(folder, "errors.js").stdout).toContain("params.name: expected string, received number");
});

/** The compilers a user of today may have, by the file that is their command. */
const compilers = ["typescript", "typescript-7"].map((name): [name: string, command: string] => {
  const manifest = fileURLToPath(import.meta.resolve(`${name}/package.json`));
  const { version, bin } = JSON.parse(readFileSync(manifest, "utf8"));
  return [version, join(dirname(manifest), bin.tsc)];
});

it("the README is tried with TypeScript 5 and 7", () => {
  expect(compilers.map(([version]) => version.split(".")[0])).toEqual(["5", "7"]);
});

it.each(compilers)(
  "the README's commands build the three snippets in a folder without any settings, with TypeScript %s",
  {
    timeout: 60_000,
  },
  async (version, tsc) => {
    expect(flagsOfTsc).toMatch(/--strict.* \*\.ts$/);
    const folder = join(inject("consumer"), `readme-tsc-${version}`);
    for (const [file, code] of [["package.json", '{ "type": "module" }'], ...first] as [string, string][]) {
      await mkdir(folder, { recursive: true });
      await writeFile(join(folder, file), code);
    }
    const args = flagsOfTsc.split(" ").filter((flag) => flag !== "*.ts");
    const compiled = runNode(folder, tsc, ...args, ...first.map(([file]) => file));
    expect(compiled).toMatchObject({ stdout: "", status: 0 });
    buildPlugin(folder);
    const run = runNode(folder, "host.js");
    expect(run).toMatchObject({ status: 0, signal: null });
    expect(run.stdout).toContain("Hello Countess Ada! ");
  },
);

it("the README's further snippets compile, and its test passes", { timeout: 60_000 }, async () => {
  const more = files.filter(isMore).map(([file]) => file);
  expect(more).toEqual(["more/greeter.test.ts", "more/calls.ts", "more/restarts.ts", "more/notes.ts"]);
  const { folder, problems } = await compile("readme-more", files);
  expect(problems).toEqual([]);
  const run = runNode(folder, "--test", "more/greeter.test.js");
  expect(run, run.stdout).toMatchObject({ status: 0, signal: null });
  expect(run.stdout).toMatch(/pass 2\b/);
});

it("no code block of the READMEs is left out", () => {
  for (const text of [readme, sdkReadme]) expect(snippets(text).length).toBe([...text.matchAll(/^```ts$/gm)].length);
});

it("the SDK's snippets compile as they stand, and its test passes", { timeout: 60_000 }, async () => {
  const { folder, problems } = await compile("readme-sdk", snippets(sdkReadme));
  expect(problems).toEqual([]);
  const run = runNode(folder, "--test", "plugin.test.js");
  expect(run, run.stdout).toMatchObject({ status: 0, signal: null });
  expect(run.stdout).toMatch(/pass 2\b/);
});

it("every file the README names exists", () => {
  const links = [...readme.matchAll(/\]\((?!https?:)([^)#]+)\)/g)].map(([, link = ""]) => link);
  expect(links.length).toBeGreaterThan(20);
  expect(links.filter((link) => !existsSync(new URL(`../../${link}`, import.meta.url)))).toEqual([]);
});
