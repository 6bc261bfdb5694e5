import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join } from "node:path/posix";
import { fileURLToPath } from "node:url";
import ts from "typescript";

export interface Import {
  /** As written, or the path of the file for one inside the same package. */
  readonly from: string;
  /** Imported names; `undefined` when the whole module is taken. Names imported as types are left out. */
  readonly values: readonly string[] | undefined;
  readonly reexport: boolean;
}

export interface SourceFile {
  readonly path: string;
  readonly lines: number;
  readonly imports: readonly Import[];
  /** `any` keywords, as `line`. */
  readonly anys: readonly number[];
  /** Free identifiers and `Object.member` reads, as text. */
  readonly reads: ReadonlySet<string>;
}

const root = fileURLToPath(new URL("../../packages/", import.meta.url)).replaceAll("\\", "/");

const valueNames = (elements: readonly (ts.ImportSpecifier | ts.ExportSpecifier)[]): string[] =>
  elements.filter((element) => !element.isTypeOnly).map((element) => (element.propertyName ?? element.name).text);

function namesOf(node: ts.ImportDeclaration | ts.ExportDeclaration): readonly string[] | undefined {
  if (ts.isExportDeclaration(node)) {
    if (node.isTypeOnly) return [];
    return node.exportClause && ts.isNamedExports(node.exportClause)
      ? valueNames(node.exportClause.elements)
      : undefined;
  }
  const clause = node.importClause;
  if (clause?.isTypeOnly) return [];
  const bindings = clause?.namedBindings;
  if (clause?.name || !bindings || ts.isNamespaceImport(bindings)) return undefined;
  return valueNames(bindings.elements);
}

const isFree = (node: ts.Identifier): boolean => {
  const { parent } = node;
  if (ts.isPropertyAccessExpression(parent)) return parent.expression === node;
  if (ts.isTypeNode(parent) || ts.isQualifiedName(parent)) return false;
  const isName = "name" in parent && parent.name === node;
  return !isName || ts.isShorthandPropertyAssignment(parent);
};

export function parse(path: string, text: string): SourceFile {
  const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
  const imports: Import[] = [];
  const anys: number[] = [];
  const reads = new Set<string>();
  const add = (specifier: string, values: readonly string[] | undefined, reexport = false) => {
    const from = specifier.startsWith(".") ? join(dirname(path), specifier).replace(/\.js$/, ".ts") : specifier;
    imports.push({ from, values, reexport });
  };
  const visit = (node: ts.Node): void => {
    if ((ts.isImportDeclaration(node) || ts.isExportDeclaration(node)) && node.moduleSpecifier) {
      add((node.moduleSpecifier as ts.StringLiteral).text, namesOf(node), ts.isExportDeclaration(node));
      return;
    }
    if (ts.isCallExpression(node) && node.expression.kind === ts.SyntaxKind.ImportKeyword) {
      const [argument] = node.arguments;
      if (argument && ts.isStringLiteralLike(argument)) add(argument.text, undefined);
    }
    if (node.kind === ts.SyntaxKind.AnyKeyword) {
      anys.push(source.getLineAndCharacterOfPosition(node.getStart()).line + 1);
    }
    if (ts.isIdentifier(node) && isFree(node)) {
      reads.add(node.text);
      if (ts.isPropertyAccessExpression(node.parent)) reads.add(`${node.text}.${node.parent.name.text}`);
    }
    ts.forEachChild(node, visit);
  };
  visit(source);
  return { path, lines: text.trimEnd().split("\n").length, imports, anys, reads };
}

export function sourceFiles(packages: readonly string[]): Map<string, SourceFile> {
  const files = new Map<string, SourceFile>();
  for (const name of packages) {
    const src = `${name}/src`;
    if (!existsSync(root + src)) continue;
    for (const entry of readdirSync(root + src, { recursive: true, encoding: "utf8" })) {
      const path = `${src}/${entry.replaceAll("\\", "/")}`;
      if (!/\.ts$/.test(path) || /\.(test|test-d|bench)\.ts$/.test(path)) continue;
      files.set(path, parse(path, readFileSync(root + path, "utf8")));
    }
  }
  return files;
}
