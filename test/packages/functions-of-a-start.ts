import { spawnSync } from "node:child_process";
import { cp, readdir, readFile } from "node:fs/promises";
import type { Profiler } from "node:inspector";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { nameOf } from "../../eager-functions.js";

/** A function that ran before a worker's first answer had left. */
export interface StartFunction {
  /** Below `@outrigger`. */
  readonly file: string;
  readonly name: string;
  readonly isInParentheses: boolean;
}

/** Starts a plugin with the packages as they are installed in a folder, and tells which functions of theirs have names and ran. */
export async function functionsOfAStart(consumer: string): Promise<readonly StartFunction[]> {
  const folder = join(consumer, "start");
  const coverage = join(folder, "coverage");
  await cp(fileURLToPath(new URL("./start", import.meta.url)), folder, { recursive: true });
  const env = Object.fromEntries(Object.entries(process.env).filter(([name]) => !/^(?:NODE_|VITEST)/.test(name)));
  const options = { env, encoding: "utf8", timeout: 30_000 } as const;
  const { status, stderr } = spawnSync(process.execPath, [join(folder, "host.mjs"), coverage], options);
  if (status !== 0) throw new Error(`the host ended with ${status}: ${stderr}`);
  // One process: what it had run at its first answer, and, with a later time in the name, at its end.
  const [atAnswer, ...atEnd] = (await readdir(coverage)).sort();
  if (atAnswer === undefined || atEnd.length !== 1)
    throw new Error(`two reports are expected, not ${atEnd.length + 1}`);
  const { result }: { result: readonly Profiler.ScriptCoverage[] } = JSON.parse(
    await readFile(join(coverage, atAnswer), "utf8"),
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
  const code = await readFile(fileURLToPath(url), "utf8");
  const source = ts.createSourceFile("file.js", code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const file = url.replace(/^.*\/@outrigger\//, "");
  const found: StartFunction[] = [];
  const look = (node: ts.Node): void => {
    const name = nameOf(node);
    if (name !== undefined && ran.has(`${node.getStart(source)}-${node.end}`)) {
      found.push({ file, name, isInParentheses: ts.isParenthesizedExpression(node.parent) });
    }
    ts.forEachChild(node, look);
  };
  look(source);
  return found;
}
