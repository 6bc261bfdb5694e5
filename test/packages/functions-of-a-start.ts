import { spawnSync } from "node:child_process";
import { cp, readdir, readFile } from "node:fs/promises";
import type { Profiler } from "node:inspector";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { nameOf } from "../../eager-functions.js";

/** A function that ran before a worker's first answer had left. */
export interface StartFunction {
  readonly file: string;
  readonly name: string;
  /** Whether V8 compiles it together with its file. */
  readonly isEager: boolean;
}

/** Starts a plugin with the packages as they are installed in a folder, and tells which functions of theirs have names and ran. */
export async function functionsOfAStart(consumer: string): Promise<readonly StartFunction[]> {
  const folder = join(consumer, "start");
  const coverage = join(folder, "coverage");
  await cp(fileURLToPath(new URL("./start", import.meta.url)), folder, { recursive: true });
  const { status, stderr } = spawnSync(process.execPath, [join(folder, "host.mjs"), coverage], {
    env: { PATH: process.env.PATH ?? "" },
    encoding: "utf8",
    timeout: 30_000,
  });
  if (status !== 0) throw new Error(`the host ended with ${status}: ${stderr}`);
  const [first = ""] = (await readdir(coverage)).sort();
  const { result }: { result: readonly Profiler.ScriptCoverage[] } = JSON.parse(
    await readFile(join(coverage, first), "utf8"),
  );
  const ours = result.filter(({ url }) => /\/@outrigger\/[\w-]+\/dist\/[\w.-]+\.js$/.test(url));
  return (await Promise.all(ours.map(functionsRun))).flat();
}

async function functionsRun({ url, functions }: Profiler.ScriptCoverage): Promise<readonly StartFunction[]> {
  const ran = new Set<string>();
  for (const { ranges } of functions) {
    const [range] = ranges;
    if (range !== undefined && range.count > 0) ran.add(`${range.startOffset}-${range.endOffset}`);
  }
  const source = ts.createSourceFile(
    "file.js",
    await readFile(fileURLToPath(url), "utf8"),
    ts.ScriptTarget.Latest,
    true,
  );
  const file = url.replace(/^.*\/@outrigger\//, "");
  const found: StartFunction[] = [];
  const look = (node: ts.Node): void => {
    const name = nameOf(node);
    if (name !== undefined && ran.has(`${node.getStart(source)}-${node.end}`)) {
      found.push({ file, name, isEager: ts.isParenthesizedExpression(node.parent) });
    }
    ts.forEachChild(node, look);
  };
  look(source);
  return found;
}
