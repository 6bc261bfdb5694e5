import remapping from "@jridgewell/remapping";
import MagicString from "magic-string";
import type { Options } from "tsup";
import ts from "typescript";

type Plugin = NonNullable<Options["plugins"]>[number];

/**
 * Has V8 compile these functions together with the file they are in, for which it takes parentheses as a hint. It compiles
 * others at their first call, for which it reads them again, at each start: what Node keeps of compiled code has none of
 * them. Declarations become expressions, at the head of their block, where they are known as early as before.
 */
export function compileEagerly(code: string, names: ReadonlySet<string>): MagicString {
  const text = new MagicString(code);
  const source = ts.createSourceFile("file.js", code, ts.ScriptTarget.Latest, true, ts.ScriptKind.JS);
  const look = (node: ts.Node): void => {
    const name = nameOf(node);
    if (name !== undefined && names.has(name)) {
      const start = node.getStart(source);
      if (ts.isFunctionDeclaration(node)) {
        text.prependRight(start, `const ${name} = (`).appendLeft(node.end, ");\n");
        const head = headOf(node.parent, source);
        if (head !== start) text.move(start, node.end, head);
      } else {
        text.prependRight(start, "(").appendLeft(node.end, ")");
      }
    }
    ts.forEachChild(node, look);
  };
  look(source);
  return text;
}

/** The name a function is told by; `undefined`: it has none, or is a method, for which there is no hint. */
export function nameOf(node: ts.Node): string | undefined {
  if (ts.isFunctionDeclaration(node)) return isStatement(node) ? node.name?.text : undefined;
  if (!ts.isFunctionExpression(node) && !ts.isArrowFunction(node)) return undefined;
  let given: ts.Node = node.parent;
  while (ts.isParenthesizedExpression(given) || ts.isCallExpression(given)) given = given.parent;
  if (!ts.isVariableDeclaration(given) && !ts.isPropertyAssignment(given)) return undefined;
  return ts.isIdentifier(given.name) ? given.name.text : undefined;
}

const isStatement = (node: ts.FunctionDeclaration): boolean =>
  (ts.isBlock(node.parent) || ts.isSourceFile(node.parent)) &&
  !(ts.getCombinedModifierFlags(node) & ts.ModifierFlags.Export);

/** Where a block's first statement begins, behind imports and directives. */
function headOf(block: ts.Node, source: ts.SourceFile): number {
  if (!ts.isBlock(block) && !ts.isSourceFile(block)) throw new Error("a function is declared in a block");
  const first = block.statements.find(
    (one) => !ts.isImportDeclaration(one) && !(ts.isExpressionStatement(one) && ts.isStringLiteral(one.expression)),
  );
  return (first ?? block).getStart(source);
}

/** Does so with each file that a build writes. */
export const eagerly = (names: readonly string[]): Plugin => ({
  name: "eagerly",
  renderChunk(code, chunk) {
    if (!chunk.path.endsWith(".js")) return undefined;
    const text = compileEagerly(code, new Set(names));
    const { map } = chunk;
    // Not by tsup, for which text that is new comes from a source with this machine's name of the file.
    if (map) {
      const before = typeof map === "string" ? map : JSON.stringify(map);
      chunk.map = remapping([text.generateMap({ hires: "boundary" }).toString(), before], () => null).toString();
    }
    return { code: text.toString() };
  },
});
