import type { Import, SourceFile } from "./source-files.js";
import * as rules from "./source-rules.js";

type Files = ReadonlyMap<string, SourceFile>;

const packageOf = (path: string): string => path.slice(0, path.indexOf("/"));
const bare = (specifier: string): string => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)?.[0] ?? specifier;
export const isPure = (path: string): boolean =>
  rules.pureFiles.some((pure) => path === pure || path.startsWith(`${pure}/`) || path === `${pure}.ts`);

/** The file that defines `name`, as far as explicit re-exports lead there. */
function definingFile(files: Files, path: string, name: string): string {
  const through = files.get(path)?.imports.find(({ reexport, values }) => reexport && values?.includes(name));
  return through ? definingFile(files, through.from, name) : path;
}

/** As a package, or as one entry of it. */
const lists = (names: readonly string[] = [], from: string): boolean =>
  names.includes(bare(from)) || names.includes(from);

export function wrongPackage({ path, imports }: SourceFile): string[] {
  const own = packageOf(path);
  return imports.flatMap(({ from }) => {
    if (from.includes("/src/")) return packageOf(from) === own ? [] : [`${path} reaches into ${from}`];
    if (!from.startsWith("@outrigger/") || lists(rules.allowedPackages[own], from)) return [];
    const demo = bare(from) === "@outrigger/host" && rules.hostImportAllowed.some((start) => path.startsWith(start));
    return demo ? [] : [`${path} imports ${from}`];
  });
}

export function childProcess({ path, imports }: SourceFile): string[] {
  const used = imports.some(({ from, values }) => /^(node:)?child_process$/.test(from) && values?.length !== 0);
  return used && !rules.childProcessAllowed.test(path) ? [`${path} imports node:child_process`] : [];
}

export function impurities(files: Files, { path, imports, reads }: SourceFile): string[] {
  if (!isPure(path)) return [];
  const allowed = ({ from, values }: Import): boolean => {
    if (values?.length === 0 || lists(rules.pureExternals, from)) return true;
    const file = from
      .replace(/^@outrigger\/protocol$/, "$&/index")
      .replace(/^@outrigger\/protocol\/(.*)$/, "protocol/src/$1.ts");
    return values === undefined ? isPure(file) : values.every((name) => isPure(definingFile(files, file, name)));
  };
  return [
    ...imports.filter((one) => !allowed(one)).map(({ from }) => `${path} is pure and imports ${from}`),
    ...[...rules.impureGlobals, ...rules.impureCalls]
      .filter((name) => reads.has(name))
      .map((name) => `${path} is pure and uses ${name}`),
  ];
}

/** What an entry loads when it is imported, file by file, that makes every start slow. */
export function slowImports(files: Files, entries: readonly string[] = rules.fastEntries): string[] {
  const seen = new Set<string>();
  const visit = (path: string): string[] => {
    if (seen.has(path)) return [];
    seen.add(path);
    const loaded = (files.get(path)?.imports ?? []).filter(({ values }) => values?.length !== 0);
    return loaded.flatMap(({ from }) => (rules.slowModules.includes(from) ? [`${path} loads ${from}`] : visit(from)));
  };
  return entries.flatMap(visit);
}

export function cycles(files: Files): string[] {
  const found: string[] = [];
  const done = new Set<string>();
  const visit = (path: string, trail: readonly string[]): void => {
    const start = trail.indexOf(path);
    if (start >= 0) found.push([...trail.slice(start), path].join(" -> "));
    if (start >= 0 || done.has(path)) return;
    for (const { from } of files.get(path)?.imports ?? []) if (files.has(from)) visit(from, [...trail, path]);
    done.add(path);
  };
  for (const path of files.keys()) visit(path, []);
  return found;
}

export const tooLong = ({ path, lines }: SourceFile): string[] =>
  lines > rules.maxLines ? [`${path} has ${lines} lines`] : [];

export const untyped = ({ path, anys }: SourceFile): string[] =>
  path === rules.anyAllowed ? [] : anys.map((line) => `${path}:${line} says any`);
