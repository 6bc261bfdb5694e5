import { cp, readdir, readFile } from "node:fs/promises";
import type { Profiler } from "node:inspector";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import ts from "typescript";
import { namedFunctions } from "../../eager-functions.js";
import { runNode } from "./run-node.js";

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
  const { status, stderr } = runNode(folder, "host.mjs", coverage);
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
  const file = url.replace(/^.*\/@outrigger\//, "");
  return namedFunctions(code)
    .filter(({ node }) => ran.has(`${node.getStart()}-${node.end}`))
    .map(({ name, node }) => ({ file, name, isInParentheses: ts.isParenthesizedExpression(node.parent) }));
}
